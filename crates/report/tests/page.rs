//! The page of sample nights, as text.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

#[path = "../../../tests/report/src/samples.rs"]
#[expect(unreachable_pub, reason = "the browser's tests show the same nights")]
mod samples;

use std::collections::BTreeMap;

use afterhours_report::{Looked, Night, Unreadable, html};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// What stands between two texts.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap();
    rest.split_once(to).unwrap().0
}

fn sentence(night: &Night) -> String {
    between(&html(night), "<p class=\"sentence\">", "</p>").to_owned()
}

#[test]
fn the_page_of_the_sample_is_this() {
    insta::assert_snapshot!("night", html(&samples::night()));
}

#[test]
fn the_same_night_gives_the_same_page_whatever_the_order() {
    let night = samples::many(60);
    let mut turned = night.clone();
    if let Looked::LookedAt(sleepers) = &mut turned.sleepers {
        sleepers.items.reverse();
        for one in &mut sleepers.items {
            one.timeline.reverse();
        }
    }
    if let Looked::LookedAt(drift) = &mut turned.drift {
        drift.findings.reverse();
    }
    if let Looked::LookedAt(cost) = &mut turned.cost {
        for series in &mut cost.series {
            series.days.reverse();
        }
    }
    assert_eq!(html(&night), html(&turned));
}

#[test]
fn five_hundred_sleepers_stay_under_500_kb() {
    let page = html(&samples::many(500));
    assert!(page.len() < 500_000, "{} bytes", page.len());
    assert_eq!(page.matches("class=\"bar\"").count(), 500);
}

#[test]
fn the_first_sentence_sums_up_the_night() {
    assert_eq!(
        sentence(&samples::night()),
        "8 slept, 7 woke, 1 lease, 1 hold; saved 93.20 USD; 2 drift findings; 1 anomaly."
    );
    assert_eq!(
        sentence(&samples::failed()),
        "<strong>8 failed</strong>, 0 slept, 0 woke, not all could be read; nothing saved; \
         drift was not looked at; 1 anomaly."
    );
}

#[test]
fn what_nobody_looked_at_is_never_called_clean() {
    let page = html(&samples::unseen());
    assert_eq!(
        sentence(&samples::unseen()),
        "Sleepers were not looked at; savings were not worked out; drift was not looked at; \
         cost was not looked at."
    );
    assert!(page.contains("Calm where it was looked at"));
    assert!(page.contains("Nothing in what was looked at."));
    assert_eq!(page.matches("<b>Not looked at:</b>").count(), 5);
    for reason in [
        "the scaler has not run yet",
        "no price file is configured",
        "no Terraform state is configured",
        "ce:GetCostAndUsage is denied",
        "the document has no such part",
    ] {
        // Once at the top and once in its section.
        assert_eq!(page.matches(reason).count(), 2, "{reason}");
    }
    for lie in [
        "A calm night",
        "Everything was looked at",
        "no drift",
        "no anomaly",
    ] {
        assert!(!page.contains(lie), "{lie}");
    }
}

#[test]
fn a_scan_with_holes_never_says_no_drift_without_saying_so() {
    let mut night = samples::empty();
    assert!(
        sentence(&night).contains("; no drift;"),
        "{}",
        sentence(&night)
    );
    if let Looked::LookedAt(drift) = &mut night.drift {
        drift.coverage.denied = 1;
    }
    assert!(sentence(&night).contains("; no drift in what could be compared;"));
    assert!(html(&night).contains("1 of 196 resources were not, or not wholly, compared"));
    if let Looked::LookedAt(drift) = &mut night.drift {
        drift.coverage = afterhours_report::Coverage::default();
    }
    assert!(html(&night).contains("this says nothing about drift"));
    assert!(!html(&night).contains("A calm night"));
}

#[test]
fn a_night_is_calm_only_where_all_was_looked_at() {
    let mut night = samples::empty();
    let page = html(&night);
    assert!(page.contains("Calm where it was looked at"));
    assert!(page.contains("there is no daily cost in the data"));
    night.cost = samples::night().cost;
    if let Looked::LookedAt(cost) = &mut night.cost {
        cost.anomalies.clear();
        cost.incidents.clear();
    }
    let page = html(&night);
    assert!(
        page.contains("A calm night") && page.contains("Everything was looked at"),
        "{page}"
    );
    night.health = Looked::LookedAt(afterhours_report::Health::default());
    assert!(!html(&night).contains("A calm night"));
}

#[test]
fn hostile_texts_stay_texts() {
    let page = html(&samples::hostile());
    for tag in ["<script", "<img", "{{7*7}}\">", "\" onload", "onload='"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert_eq!(page.matches("</style>").count(), 1);
    assert_eq!(
        page.matches("<title").count(),
        page.matches("</title>").count()
    );
    assert!(!page.contains("href=\"javascript:"));
    assert!(!page.contains('\u{202e}'));
    assert!(!page.contains(&"x".repeat(700)), "texts have an end");
}

#[test]
fn every_element_that_is_opened_is_closed() {
    for night in [
        samples::night(),
        samples::many(30),
        samples::empty(),
        samples::failed(),
        samples::unseen(),
        samples::hostile(),
    ] {
        let page = html(&night);
        let body = between(&page, "</style></head>", "</html>");
        let mut open: Vec<&str> = Vec::new();
        for piece in body.split('<').skip(1) {
            let tag = piece.split('>').next().unwrap();
            let name = tag
                .trim_start_matches('/')
                .split([' ', '/'])
                .next()
                .unwrap();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "</{name}> in {}", &page[..200]);
            } else if !tag.ends_with('/') && name != "br" {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

#[test]
fn ids_are_unique_and_what_is_named_is_there() {
    let page = html(&samples::night());
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for piece in page.split(" id=\"").skip(1) {
        *ids.entry(piece.split('"').next().unwrap()).or_default() += 1;
    }
    assert!(ids.len() > 10);
    assert!(ids.values().all(|count| *count == 1), "{ids:?}");
    for mark in ["href=\"#", "aria-labelledby=\""] {
        for piece in page.split(mark).skip(1) {
            for id in piece.split('"').next().unwrap().split(' ') {
                assert!(ids.contains_key(id), "{id}");
            }
        }
    }
}

#[test]
fn the_policy_names_the_hash_of_the_one_style_and_nothing_else_is_allowed() {
    let page = html(&samples::night());
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    let style = between(&page, "<style>", "</style>");
    let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
        )
    );
    assert!(
        !page.contains(" style="),
        "the policy forbids style attributes"
    );
    for word in ["url(", "@import", "src=", "<link", "<script"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn a_night_in_which_clocks_change_shows_both_offsets() {
    let mut night = samples::night();
    night.from = "2026-10-24T18:00:00Z".parse().unwrap();
    night.to = "2026-10-25T07:00:00Z".parse().unwrap();
    if let Looked::LookedAt(sleepers) = &mut night.sleepers {
        for one in &mut sleepers.items {
            let hours = [
                "2026-10-24T18:00:00Z",
                "2026-10-24T23:30:00Z",
                "2026-10-25T00:30:00Z",
            ];
            one.timeline.truncate(hours.len());
            for (phase, at) in one.timeline.iter_mut().zip(hours) {
                phase.at = at.parse::<Timestamp>().unwrap();
            }
        }
    }
    let page = html(&night);
    assert!(page.contains("UTC+02:00 at the beginning and UTC+01:00 at the end"));
    // 01:30 and 02:30 in summer time are an hour apart; the second 02:30 would be another hour later.
    assert!(page.contains("02:30 +02:00"), "{page}");
}

#[test]
fn an_unknown_zone_is_said_and_utc_is_shown() {
    let mut night = samples::night();
    night.zone = "Mars/Olympus".to_owned();
    let page = html(&night);
    assert!(
        page.contains("Times are those of UTC, UTC+00:00; the zone “Mars/Olympus” is not known")
    );
}

#[test]
fn documents_are_read_as_written_and_faults_name_their_field() {
    let night = samples::night();
    assert_eq!(Night::from_json(&night.to_json().unwrap()).unwrap(), night);
    for (from, to, said) in [
        (
            "\"version\": 1",
            "\"version\": 7",
            "field version: 7 is not known; accepted: 1",
        ),
        (
            "\"deployment\"",
            "\"deploiment\"",
            "unknown field `deploiment`",
        ),
        (
            "\"from\": \"2026-11-19",
            "\"from\": \"2026-11-29",
            "is not after from",
        ),
    ] {
        let error = Night::from_json(&samples::NIGHT.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
    let wrong = samples::NIGHT.replacen("\"amount\": 42.53", "\"amount\": \"much\"", 1);
    match Night::from_json(&wrong).unwrap_err() {
        Unreadable::Field { field, .. } => {
            assert_eq!(
                field,
                "sleepers.looked_at.items[0].saved.money.money.amount"
            );
        }
        other => panic!("{other}"),
    }
}

/// The variables of a block of the style.
fn colours(block: &str) -> BTreeMap<String, [f64; 3]> {
    block
        .split(';')
        .filter_map(|one| one.trim().strip_prefix("--")?.split_once(":#"))
        .map(|(name, hex)| {
            let hex = if hex.len() == 3 {
                hex.chars().flat_map(|c| [c, c]).collect()
            } else {
                hex.to_owned()
            };
            let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
            (name.to_owned(), [part(0), part(2), part(4)])
        })
        .collect()
}

/// Contrast of two colours (<https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>).
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let light = |colour: [f64; 3]| {
        let [r, g, b] = colour.map(|part| {
            let part = part / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (light(one), light(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn colours_have_the_contrast_of_wcag_aa_in_light_dark_and_print() {
    let page = html(&samples::night());
    let style = between(&page, "<style>", "</style>");
    let blocks: Vec<&str> = style
        .split(":root{")
        .skip(1)
        .map(|block| block.split('}').next().unwrap())
        .collect();
    assert_eq!(blocks.len(), 3, "light, dark, print");
    for block in blocks {
        let colours = colours(block);
        let of = |name: &str| {
            *colours
                .get(name)
                .unwrap_or_else(|| panic!("{name}: {block}"))
        };
        let text = [
            ("ink", "bg"),
            ("ink", "card"),
            ("ink", "plainbg"),
            ("soft", "bg"),
            ("soft", "card"),
            ("soft", "plainbg"),
            ("link", "card"),
            ("link", "bg"),
            ("ok", "okbg"),
            ("warn", "warnbg"),
            ("bad", "badbg"),
            ("bad", "card"),
            ("note", "notebg"),
            ("plain", "plainbg"),
        ];
        for (on, under) in text {
            let found = contrast(of(on), of(under));
            assert!(found >= 4.5, "text {on} on {under}: {found:.2} in {block}");
        }
        // What tells something without being text.
        for mark in [
            "awake", "asleep", "change", "failed", "save", "cost", "warn",
        ] {
            let found = contrast(of(mark), of("card"));
            assert!(found >= 3.0, "{mark} on card: {found:.2} in {block}");
        }
    }
}

#[test]
fn what_the_budget_scan_prints_is_taken_as_it_is() {
    let anomaly: afterhours_report::Anomaly = serde_json::from_value(serde_json::json!({
        "date": "2026-11-17", "key": "total", "actual": 487.6, "expected": 331.6, "low": 298.4, "high": 364.8,
        "impact": 308.0, "latest_excess": 152.0, "impact_percent": 46.4, "score": 9.1, "state": "new_normal",
        "kind": "excess", "last": "2026-11-18", "days": 2, "provisional": false, "history": [],
        "parts": [{ "key": "Amazon SageMaker", "actual": 1.0, "expected": 1.0, "excess": 281.4 }],
    }))
    .unwrap();
    let mut night = samples::night();
    if let Looked::LookedAt(cost) = &mut night.cost {
        cost.incidents.clear();
        cost.anomalies = vec![anomaly];
    }
    let page = html(&night);
    assert!(
        page.contains("Tue 17 Nov to Wed 18 Nov"),
        "the span is told"
    );
    assert!(page.contains("new normal"));
    assert_eq!(
        page.matches("<circle class=\"m\"").count(),
        2,
        "both days are marked"
    );
    assert!(sentence(&night).ends_with("; no anomaly."), "it has ended");
}

#[test]
fn what_the_drift_scan_prints_is_taken_as_it_is() {
    let drift: afterhours_report::Drift = serde_json::from_value(serde_json::json!({
        "states": [{ "source": "platform.tfstate", "serial": 3, "lineage": "8a1c" }],
        "coverage": {
            "compared": 1, "partly_compared": 0, "unsupported": 0, "denied": 1, "throttled": 0, "failed": 0, "void": 0,
            "out_of_scope": 0, "incomplete_listings": [],
            "details": { "denied": [{ "source": "platform.tfstate", "address": "aws_kms_key.a", "reason": "kms:DescribeKey" }] },
        },
        "findings": [{
            "class": "deleted", "address": "aws_sqs_queue.jobs", "type": "aws_sqs_queue", "id": "jobs", "account": null,
            "region": null, "source": "platform.tfstate", "severity": "warning", "summary": "is gone", "explained": null,
            "attributes": [], "fingerprint": "00ff",
        }],
    }))
    .unwrap();
    let mut night = samples::night();
    night.drift = Looked::LookedAt(drift);
    let page = html(&night);
    for part in ["aws_sqs_queue.jobs", "is gone", "kms:DescribeKey", "1 of 2"] {
        assert!(page.contains(part), "{part}");
    }
}
