//! The pages of sample nights as people see them.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use std::sync::LazyLock;

use afterhours_local::Options;
use afterhours_report::html;
use afterhours_report_tests::{Answer, Browser, Page, samples};

/// Pictures stay in the folder of the run, for a look.
static SEEN: LazyLock<Answer> = LazyLock::new(|| {
    let nights = [
        ("night", samples::night()),
        ("large", samples::many(500)),
        ("empty", samples::empty()),
        ("unseen", samples::unseen()),
        ("failed", samples::failed()),
        ("hostile", samples::hostile()),
    ];
    let pages: Vec<Page> = nights
        .iter()
        .map(|(name, night)| Page {
            name: (*name).to_owned(),
            html: html(night),
        })
        .collect();
    look("report", &pages)
});

fn look(name: &str, pages: &[Page]) -> Answer {
    let options = Options::in_target(name).unwrap();
    let browser = Browser::install(&options.cache).unwrap();
    browser.look(pages, &options.run).unwrap()
}

#[test]
fn axe_finds_no_violation_in_any_form() {
    assert_eq!(SEEN.looks.len(), 6 * 4, "{}", SEEN.browser);
    for look in &SEEN.looks {
        assert!(look.violations.is_empty(), "{look:#?}");
        assert!(look.passes >= 15, "{look:#?}");
        for rule in &look.undecided {
            // Contrast of text in SVG; crates/report computes it from the colours.
            assert!(
                rule.rule == "color-contrast" && rule.example.contains("<text"),
                "{look:#?}"
            );
        }
    }
}

#[test]
fn no_page_asks_for_anything_or_breaks_its_own_policy() {
    for look in &SEEN.looks {
        assert!(look.requests.is_empty(), "{look:#?}");
        assert!(look.problems.is_empty(), "{look:#?}");
    }
}

#[test]
fn nothing_is_wider_than_a_phone() {
    for look in &SEEN.looks {
        assert!(look.overflow <= 0, "{look:#?}");
    }
}

#[test]
fn the_keyboard_reaches_everything_and_the_report_first() {
    for look in &SEEN.looks {
        assert_eq!(look.first_key, "A Skip to the report", "{look:#?}");
        assert!(look.controls >= 6, "{look:#?}");
        assert_eq!(look.reached, look.controls, "{look:#?}");
    }
}

#[test]
fn paper_is_white_and_shows_what_is_folded() {
    let folded: u32 = SEEN.prints.iter().map(|print| print.folded).sum();
    assert!(folded > 0, "no folded list was looked at");
    for print in &SEEN.prints {
        assert_eq!(print.unseen, 0, "{print:?}");
        assert!(print.dark, "{print:?}");
        assert_eq!(print.background, "rgb(255, 255, 255)", "{print:?}");
    }
}

#[test]
fn a_bad_page_is_seen_to_be_bad() {
    let bad = "<!DOCTYPE html><html><head><title>x</title>\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"></head>\
        <body><p style=\"color:#ddd;background:#fff;width:3000px\">pale and wide</p>\
        <img src=\"http://127.0.0.1:9/x.png\"><script>1</script>\
        <details><summary>more</summary><div style=\"display:none\">never</div></details></body></html>";
    let seen = look(
        "bad-page",
        &[Page {
            name: "bad".to_owned(),
            html: bad.to_owned(),
        }],
    );
    let first = &seen.looks[0];
    let rules: Vec<&str> = first
        .violations
        .iter()
        .map(|rule| rule.rule.as_str())
        .collect();
    for rule in ["color-contrast", "html-has-lang", "image-alt"] {
        assert!(rules.contains(&rule), "{rule}: {rules:?}");
    }
    assert!(first.overflow > 1_000, "{first:#?}");
    assert!(!first.problems.is_empty(), "{first:#?}");
    assert_eq!(seen.prints[0].unseen, 1);
}
