//! The page: what happened in one sentence, what needs a person, then the details.

mod chart;
mod clock;
mod cost;
mod drift;
mod figures;
mod health;
mod needs;
mod savings;
mod sleepers;
mod text;
mod timeline;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::night::{Gap, Looked, Night};
use clock::Clock;
use figures::Figures;
use needs::Mood;
use text::{Text, put};

/// Scopes that the header names; more are told by the rows of the sleepers.
const SCOPES: usize = 12;

const STYLE: &str = include_str!("style.css");

/// The page of a night: one file that asks nothing of anybody.
///
/// The same night gives the same page. Every text of the night is escaped; a policy in the page forbids scripts, requests
/// and any style but its own, whose hash it names.
pub fn html(night: &Night) -> String {
    let clock = Clock::of(night);
    let figures = Figures::of(night);
    let needs = needs::needs(night, &clock);
    let mood = Mood::of(night, &needs, figures.failing);
    let mut out = String::with_capacity(64 * 1024);
    head(night, &clock, &mut out);
    out.push_str("<body><a class=\"skip\" href=\"#main\">Skip to the report</a>");
    sleepers::grid(&clock, &mut out);
    header(night, &clock, &figures, mood, &mut out);
    out.push_str("<main id=\"main\" tabindex=\"-1\">");
    needs::section(night, &needs, &mut out);
    sleepers::section(night, &clock, &mut out);
    savings::section(night, &mut out);
    drift::section(night, &mut out);
    cost::section(night, &clock, &mut out);
    health::section(night, &mut out);
    out.push_str("</main>");
    put!(
        out,
        "<footer><p>{}.</p><p>Made {} by afterhours.</p></footer></body></html>\n",
        clock.zone(),
        clock.element(night.generated_at)
    );
    out
}

fn head(night: &Night, clock: &Clock, out: &mut String) {
    let style = STYLE.trim();
    let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
    put!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title>{}: night of {}</title><style>{style}</style></head>\n",
        Text(&night.deployment),
        clock.night()
    );
}

fn header(night: &Night, clock: &Clock, figures: &Figures, mood: Mood, out: &mut String) {
    put!(
        out,
        "<header class=\"{}\"><p class=\"where\"><b>{}</b> <span class=\"env\">{}</span></p><h1>{}</h1>\
         <p class=\"mood\"><span class=\"dot\" aria-hidden=\"true\"></span>{}</p><p class=\"sentence\">{}</p>",
        mood.class(),
        Text(&night.deployment),
        Text(&night.environment),
        clock.night(),
        mood.words(),
        figures.sentence(night)
    );
    put!(
        out,
        "<p class=\"meta\">{} to {}",
        clock.element(night.from),
        clock.element(night.to)
    );
    for scope in night.scopes.iter().take(SCOPES) {
        put!(
            out,
            "<span class=\"scope\">{} {}</span>",
            Text(&scope.account),
            Text(&scope.region)
        );
    }
    if night.scopes.len() > SCOPES {
        put!(
            out,
            "<span class=\"scope\">and {} more</span>",
            night.scopes.len() - SCOPES
        );
    }
    out.push_str("</p>");
    tiles(night, figures, out);
    out.push_str("</header>");
}

/// The figures at a glance, each a way to its section.
fn tiles(night: &Night, figures: &Figures, out: &mut String) {
    out.push_str("<nav aria-label=\"Sections\"><ul class=\"tiles\">");
    let mut tile = |section: &str, figure: &str, label: &str| {
        put!(
            out,
            "<li><a href=\"#{section}\"><b>{figure}</b> <span>{label}</span></a></li>"
        );
    };
    let unseen = "–<span class=\"sr\"> not looked at</span>";
    let seen = night.sleepers.found().is_some();
    let count = |n: usize| {
        if seen {
            n.to_string()
        } else {
            unseen.to_owned()
        }
    };
    tile("sleepers", &count(figures.slept), "slept");
    tile("sleepers", &count(figures.woke), "woke");
    if figures.failing > 0 {
        tile("sleepers", &figures.failing.to_string(), "failed");
    }
    let saved = match &night.savings {
        Looked::LookedAt(found) => figures::saved(found).unwrap_or_else(|| {
            if found.instance_hours > 0.0 {
                "no price".to_owned()
            } else {
                "nothing".to_owned()
            }
        }),
        Looked::NotLookedAt(_) => unseen.to_owned(),
    };
    tile("saved", &saved, "saved");
    let drift = match &night.drift {
        Looked::LookedAt(found) => figures::unexplained(found).len().to_string(),
        Looked::NotLookedAt(_) => unseen.to_owned(),
    };
    tile("drift", &drift, "drift");
    let cost = match &night.cost {
        Looked::LookedAt(found) => figures::anomalies(found).to_string(),
        Looked::NotLookedAt(_) => unseen.to_owned(),
    };
    let one = cost == "1";
    tile("cost", &cost, if one { "anomaly" } else { "anomalies" });
    out.push_str("</ul></nav>");
}

/// A section that nobody looked at says so and why.
fn not_looked_at(reason: &str, out: &mut String) {
    put!(
        out,
        "<p class=\"gap\"><b>Not looked at:</b> {}</p>",
        Text(reason)
    );
}

/// What could not be read within a section.
fn gaps(gaps: &[Gap], out: &mut String) {
    // More than this tells nobody more; the document beside the page has all.
    const MOST: usize = 20;
    for gap in gaps.iter().take(MOST) {
        put!(
            out,
            "<p class=\"gap\"><b>Not looked at:</b> {}: {}</p>",
            Text(&gap.what),
            Text(&gap.reason)
        );
    }
    if gaps.len() > MOST {
        put!(
            out,
            "<p class=\"gap\">{} more could not be looked at.</p>",
            gaps.len() - MOST
        );
    }
}
