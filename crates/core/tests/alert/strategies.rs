//! Envelopes and nights of every strangeness.

use afterhours_core::alert::digest::{
    self, Failed, KeptAwake, Night, Omitted, Open, Paused, Slept, StillBilling, Woke,
};
use afterhours_core::alert::{Action, Envelope, Field, Kind, Link, Scope, Severity};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Text with what breaks renderings: controls, markup, fences, wide and combining characters, great length.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let nasty = prop_oneof![
        Just("```".to_owned()),
        Just("````".to_owned()),
        Just("<!channel> & <b>\"'</b>".to_owned()),
        Just("\u{1b}[2J\r\n\t\0".to_owned()),
        Just("\u{202E}txt.exe\u{2066}".to_owned()),
        Just("漢字👩‍👩‍👧‍👦e\u{301}☺\u{FE0F}".to_owned()),
        Just("*_~`|".to_owned()),
        Just("gpu-training".to_owned()),
        any::<String>(),
        "[a-z ]{0,40}",
    ];
    let parts = vec(nasty, 0..6).prop_map(|parts| parts.concat());
    (parts, prop_oneof![60 => Just(1_usize), 1 => 50..300_usize])
        .prop_map(|(text, times)| text.repeat(times))
}

pub(crate) fn timestamp() -> impl Strategy<Value = Timestamp> {
    (-62_167_219_200_i64..=253_402_207_200, 0..1_000_000_000_i32)
        .prop_map(|(second, nano)| Timestamp::new(second, nano).expect("in the years 0 to 9999"))
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Scale),
        Just(Kind::Drift),
        Just(Kind::Budget),
        Just(Kind::Health)
    ]
}

fn severity() -> impl Strategy<Value = Severity> {
    prop_oneof![
        Just(Severity::Info),
        Just(Severity::Notice),
        Just(Severity::Warning),
        Just(Severity::Critical)
    ]
}

fn scope() -> impl Strategy<Value = Scope> {
    (text(), text(), text()).prop_map(|(account, region, environment)| Scope {
        account,
        region,
        environment,
    })
}

fn url() -> impl Strategy<Value = String> {
    prop_oneof![
        text(),
        "https://[a-z]{1,9}\\.example/[a-z?=&#%/]{0,90}",
        Just(format!("https://example.com/{}", "a".repeat(4000)))
    ]
}

fn details() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        text().prop_map(|t| json!({ "text": t })),
        night().prop_map(|n| json!(n))
    ]
}

/// Envelopes as the builder makes them.
pub(crate) fn built() -> impl Strategy<Value = Envelope> {
    let head = (kind(), severity(), scope(), text(), text(), details());
    let lists = (
        vec((text(), text()), 0..30),
        vec((text(), text()), 0..6),
        vec((text(), url()), 0..40),
        vec((text(), url()), 0..6),
    );
    (head, lists, vec(text(), 0..3), timestamp()).prop_map(
        |(
            (kind, severity, scope, title, summary, details),
            (fields, commands, opens, links),
            cause,
            at,
        )| {
            let mut builder = Envelope::builder(kind, severity, &scope)
                .title(&title)
                .summary(&summary);
            for (label, value) in &fields {
                builder = builder.field(label, value);
            }
            for (label, command) in &commands {
                builder = builder.command(label, command);
            }
            for (label, url) in &opens {
                builder = builder.open(label, url);
            }
            for (label, url) in &links {
                builder = builder.link(label, url);
            }
            builder.cause(cause).details(details).build(at)
        },
    )
}

/// Envelopes that nobody checked, as a struct literal allows.
pub(crate) fn unchecked() -> impl Strategy<Value = Envelope> {
    let words = (text(), text(), text(), text(), text(), text(), text());
    let action = (any::<bool>(), text(), url()).prop_map(|(page, label, target)| {
        if page {
            Action::Url { label, url: target }
        } else {
            Action::Command {
                label,
                command: target,
            }
        }
    });
    let lists = (
        vec(
            (text(), text()).prop_map(|(label, value)| Field { label, value }),
            0..60,
        ),
        vec(action, 0..60),
        vec(
            (text(), url()).prop_map(|(label, url)| Link { label, url }),
            0..60,
        ),
    );
    (words, kind(), severity(), lists, details(), timestamp()).prop_map(
        |(
            (id, fingerprint, environment, account, region, title, summary),
            kind,
            severity,
            (fields, actions, links),
            details,
            occurred_at,
        )| Envelope {
            version: 1,
            id,
            fingerprint,
            kind,
            severity,
            environment,
            account,
            region,
            title,
            summary,
            fields,
            actions,
            links,
            occurred_at,
            details,
        },
    )
}

fn failed() -> impl Strategy<Value = Failed> {
    (
        text(),
        text(),
        timestamp(),
        prop_oneof![Just("wake".to_owned()), Just("sleep".to_owned()), text()],
        text(),
        any::<bool>(),
    )
        .prop_map(|(target, kind, at, action, error, still_failing)| Failed {
            target,
            kind,
            at,
            action,
            error,
            still_failing,
        })
}

/// Nights of every strangeness.
pub(crate) fn night() -> impl Strategy<Value = Night> {
    let slept = (text(), text(), timestamp(), text()).prop_map(|(target, kind, at, from)| Slept {
        target,
        kind,
        at,
        from,
    });
    let woke = (text(), text(), timestamp(), text()).prop_map(|(target, kind, at, to)| Woke {
        target,
        kind,
        at,
        to,
    });
    let kept = (
        text(),
        timestamp(),
        any::<Option<u32>>(),
        proptest::option::of(text()),
        proptest::option::of(text()),
    )
        .prop_map(|(target, until, count, reason, owner)| KeptAwake {
            target,
            until,
            count,
            reason,
            owner,
            verified: false,
        });
    let billing = (text(), text()).prop_map(|(target, note)| StillBilling { target, note });
    let open = (text(), text(), timestamp()).prop_map(|(target, what, since)| Open {
        target,
        what,
        since,
    });
    let paused = (
        timestamp(),
        proptest::option::of(text()),
        proptest::option::of(text()),
    )
        .prop_map(|(since, by, reason)| Paused { since, by, reason });
    let lists = (
        vec(slept, 0..12),
        vec(woke, 0..12),
        vec(kept, 0..6),
        vec(failed(), 0..12),
        vec(billing, 0..4),
        vec(open, 0..4),
    );
    let zone = prop_oneof![
        Just("Europe/Berlin".to_owned()),
        Just("Not/AZone".to_owned()),
        text()
    ];
    (
        scope(),
        timestamp(),
        timestamp(),
        zone,
        lists,
        proptest::option::of(paused),
        0..9_usize,
    )
        .prop_map(
            |(
                scope,
                from,
                to,
                zone,
                (slept, woke, kept_awake, failed, still_billing, open),
                paused,
                omitted,
            )| Night {
                scope,
                from,
                to,
                zone,
                slept,
                woke,
                kept_awake,
                failed,
                still_billing,
                open,
                paused,
                contributions: Vec::new(),
                calls: None,
                omitted: Omitted {
                    woke: omitted,
                    ..Omitted::default()
                },
            },
        )
}

/// Any envelope that a rendering can meet.
pub(crate) fn any_envelope() -> impl Strategy<Value = Envelope> {
    prop_oneof![
        built(),
        unchecked(),
        night().prop_map(|night| digest::envelope(&night))
    ]
}
