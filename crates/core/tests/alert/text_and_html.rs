//! Plain text within its columns, pages without anything that runs.

use afterhours_core::alert::{Envelope, Kind, Scope, Severity, html, text};
use proptest::prelude::*;

use super::samples::samples;
use super::strategies::any_envelope;

#[test]
fn samples_render_as_text_of_80_columns() {
    for (name, envelope) in samples() {
        insta::assert_snapshot!(format!("text-{name}"), text::render(&envelope, 80));
    }
}

#[test]
fn a_night_renders_as_a_page() {
    insta::assert_snapshot!("html-night", html::render(&samples().remove(1).1));
}

#[test]
fn a_page_holds_no_markup_of_values_and_no_script_link() {
    let scope = Scope {
        account: "<b>".into(),
        region: "\"'".into(),
        environment: "&".into(),
    };
    let mut envelope = Envelope::builder(Kind::Scale, Severity::Critical, &scope)
        .title("<script>alert(1)</script>")
        .field("<i>", "<img src=x onerror=alert(1)>")
        .build(jiff::Timestamp::UNIX_EPOCH);
    envelope.links.push(afterhours_core::alert::Link {
        label: "l".into(),
        url: "javascript:alert(1)".into(),
    });
    let page = html::render(&envelope);
    for bad in ["<script", "<img", "<i>", "<b>", "href=\"javascript"] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn text_keeps_its_columns_and_never_steers_a_terminal(envelope in any_envelope(), width in 0..200_usize) {
        let text = text::render(&envelope, width);
        prop_assert!(text.trim().len() > 10);
        let steers = |c: char| (c.is_control() && c != '\n') || ('\u{202A}'..='\u{202E}').contains(&c);
        prop_assert!(!text.chars().any(steers));
        // Commands and addresses stand alone and whole; all else keeps to the columns.
        let whole: std::collections::HashSet<String> = envelope.actions.iter().map(|a| a.target().to_owned())
            .chain(envelope.links.iter().map(|l| l.url.clone()))
            .map(|target| afterhours_core::alert::clip::line(&target))
            .collect();
        for line in text.lines() {
            let target = line.trim_start().trim_start_matches("$ ");
            let columns = unicode_width::UnicodeWidthStr::width(line);
            prop_assert!(columns <= width.max(40) || whole.contains(target), "{} columns: {:?}", columns, line);
        }
    }

    #[test]
    fn every_page_is_whole_and_escaped(envelope in any_envelope()) {
        let page = html::render(&envelope);
        prop_assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
        // Tags of the page itself only.
        let tags = ["!DOCTYPE", "html", "head", "meta", "title", "style", "body", "span", "h1", "h2", "p", "time", "table", "tr", "th", "td", "pre", "a", "ul", "li", "br", "footer"];
        for (at, _) in page.match_indices('<') {
            let name: String = page[at + 1..].trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '!').collect();
            prop_assert!(tags.contains(&name.as_str()), "{}", name);
        }
        prop_assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
    }
}
