//! The forms of one text, and the letters that AWS accepts in tag values.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_core::schedule::{Schedule, Zone};

fn canonical(text: &str) -> String {
    Schedule::parse(text).unwrap().to_string()
}

#[test]
fn spelling_is_free_where_the_meaning_is_not() {
    for (text, expected) in [
        ("mon-FRI 08:00-18:00", "Mon-Fri 08:00-18:00"),
        ("Monday-friday  08:00-18:00", "Mon-Fri 08:00-18:00"),
        (
            "  Mon , Wed   08:00 - 12:00 , 13:00 - 18:00  ",
            "Mon,Wed 08:00-12:00,13:00-18:00",
        ),
        (
            "Mon 08:00-18:00;tz europe/berlin",
            "Mon 08:00-18:00; tz Europe/Berlin",
        ),
        (
            "TZ UTC;SKIP 2026-12-25;Open 2026-12-27 10:00-16:00",
            "skip 2026-12-25; open 2026-12-27 10:00-16:00; tz UTC",
        ),
        (
            "skip 2026-12-24 .. 2027-01-01; Mon 08:00-18:00",
            "Mon 08:00-18:00; skip 2026-12-24..2027-01-01",
        ),
        (
            "Mon 08:00-18:00; skip 2026-12-25..2026-12-25",
            "Mon 08:00-18:00; skip 2026-12-25",
        ),
        ("Mon 22:00-00:00", "Mon 22:00-24:00"),
        ("Fri,Sat,Sun,Mon 08:00-18:00", "Fri-Mon 08:00-18:00"),
        ("Wed,Sun 08:00-18:00", "Wed,Sun 08:00-18:00"),
        ("Tue-Mon 08:00-18:00", "Mon-Sun 08:00-18:00"),
        ("Mon-Mon 08:00-18:00", "Mon 08:00-18:00"),
        ("NEVER", "never"),
        ("always / tz Etc/GMT+5", "always; tz Etc/GMT+5"),
    ] {
        assert_eq!(canonical(text), expected, "{text}");
        assert_eq!(canonical(expected), expected);
    }
}

#[test]
fn a_zone_keeps_its_slash_and_its_plus() {
    for zone in [
        "Etc/GMT+5",
        "Europe/Berlin",
        "America/Argentina/Buenos_Aires",
        "GMT+0",
        "America/Port-au-Prince",
    ] {
        for text in [
            format!("Mon+Tue 08:00-12:00+13:00-18:00 / tz {zone}"),
            format!("Mon,Tue 08:00-12:00,13:00-18:00;tz {zone}"),
        ] {
            let schedule = Schedule::parse(&text).unwrap();
            assert_eq!(schedule.zone(), Some(&Zone::parse(zone).unwrap()), "{text}");
            assert_eq!(
                schedule.to_tag_value(),
                format!("Mon-Tue 08:00-12:00+13:00-18:00 / tz {zone}")
            );
        }
    }
}

#[test]
fn the_separators_mean_the_same_and_mix() {
    let expected =
        Schedule::parse("Mon-Fri 08:00-12:00,13:00-18:00; skip 2026-12-25; tz Europe/Berlin")
            .unwrap();
    for text in [
        "Mon-Fri 08:00-12:00+13:00-18:00 / skip 2026-12-25 / tz Europe/Berlin",
        "Mon-Fri 08:00-12:00+13:00-18:00; skip 2026-12-25 / tz Europe/Berlin",
        "Mon-Fri 08:00-12:00 + 13:00-18:00   /   skip 2026-12-25;tz Europe/Berlin",
    ] {
        assert_eq!(Schedule::parse(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn a_slash_without_spaces_separates_nothing() {
    assert!(Schedule::parse("Mon 08:00-18:00/ tz UTC").is_err());
    assert!(Schedule::parse("Mon 08:00-18:00 /tz UTC").is_err());
}

#[test]
fn a_text_at_the_limit_keeps_reading_back() {
    let dates: Vec<String> = (10..25).map(|day| format!("skip 2026-12-{day}")).collect();
    let text = format!("Mon 08:00-18:00;{}", dates.join(";"));
    assert!(text.len() > 250 && text.len() <= 256, "{}", text.len());
    assert_eq!(canonical(&text), text);
}

/// A service and the letters that it accepts.
type Pattern = (&'static str, fn(char) -> bool);

/// The examples of the documentation, as they are written for tags.
const DOCUMENTED: [&str; 14] = [
    "Mon-Fri 08:00-18:00",
    "Mon-Fri 08:00-12:00+13:00-18:00",
    "Mon-Fri 08:00-12:00+13:00-18:00 / tz Europe/Berlin",
    "Fri-Mon 08:00-18:00",
    "Sun+Wed 08:00-18:00",
    "Mon-Fri 22:00-06:00",
    "Mon-Sun 00:00-24:00",
    "Mon-Fri 08:00-18:00 / skip 2026-12-25",
    "Mon-Fri 08:00-18:00 / skip 2026-12-24..2027-01-01",
    "Mon-Fri 08:00-18:00 / skip 2026-12-24..2027-01-01 / open 2026-12-27 10:00-16:00",
    "Mon-Fri 08:00-18:00 / tz Etc/GMT+5",
    "always",
    "never / tz Europe/Berlin",
    "Mon-Fri 08:00-18:00 / tz America/Port-au-Prince",
];

/// The pattern `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, which `SageMaker`'s and most services' `Tag` reference gives for
/// values (Amazon `SageMaker` API Reference, data type Tag, `Value`: 0 to 256 characters). It is also the set that
/// the tagging guide calls safe for all services ("letters, numbers, spaces and _ . : / = + - @").
fn is_common_pattern(letter: char) -> bool {
    letter.is_alphanumeric() || letter == ' ' || "_.:/=+-@".contains(letter)
}

/// The pattern of Auto Scaling, `[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*` (Amazon EC2 Auto
/// Scaling API Reference, data type Tag; the guide allows 256 characters for a value).
fn is_auto_scaling_pattern(letter: char) -> bool {
    letter >= ' ' || "\r\n\t".contains(letter)
}

#[test]
fn documented_examples_satisfy_the_tag_patterns_of_every_service() {
    let patterns: [Pattern; 2] = [
        ("SageMaker", is_common_pattern),
        ("Auto Scaling", is_auto_scaling_pattern),
    ];
    for example in DOCUMENTED {
        let schedule = Schedule::parse(example).unwrap();
        for text in [example.to_owned(), schedule.to_tag_value()] {
            for (service, accepts) in patterns {
                assert!(text.chars().all(accepts), "{service} refuses {text:?}");
            }
            assert!(text.chars().count() <= 256);
            assert_eq!(Schedule::parse(&text).unwrap(), schedule);
        }
    }
}

#[test]
fn the_plain_separators_would_not_satisfy_them() {
    assert!(
        !"Mon-Fri 08:00-12:00,13:00-18:00; tz UTC"
            .chars()
            .all(is_common_pattern)
    );
}

#[test]
fn every_zone_name_satisfies_the_tag_patterns() {
    for name in Zone::names() {
        assert!(name.chars().all(is_common_pattern), "{name}");
        assert_eq!(
            canonical(&format!("always / tz {name}")),
            format!("always; tz {name}")
        );
    }
}
