//! One self-contained page: no script, no request to anywhere.

use std::fmt::Write as _;

use super::clip;
use super::envelope::{Envelope, Severity};
use super::parts::Action;
use super::parts::is_url;
use super::view;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
color:#1d2129;background:#fff}h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.05rem;margin:1.4rem 0 .3rem}\
.severity{display:inline-block;padding:.1rem .6rem;border-radius:.8rem;color:#fff;font-size:.85rem}\
.scope,footer{color:#5b6470;font-size:.9rem}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;border-bottom:1px solid #e3e6ea;\
overflow-wrap:anywhere}th{font-weight:600;width:12rem}.note{color:#5b6470}\
pre{background:#f4f5f7;padding:.5rem .8rem;border-radius:.3rem;white-space:pre-wrap;overflow-wrap:anywhere}\
.summary{white-space:pre-wrap;overflow-wrap:anywhere}";

const META: &str = "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
";

/// The envelope as a complete HTML page.
pub fn render(envelope: &Envelope) -> String {
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = write_page(&mut out, envelope);
    out
}

fn write_page(out: &mut String, envelope: &Envelope) -> std::fmt::Result {
    let title = escape(&envelope.title);
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    )?;
    out.push_str(META);
    write!(
        out,
        "<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )?;
    let colour = match envelope.severity {
        Severity::Info => "#4a6785",
        Severity::Notice => "#0b65c2",
        Severity::Warning => "#a15c00",
        Severity::Critical => "#b3261e",
    };
    writeln!(
        out,
        "<span class=\"severity\" style=\"background:{colour}\">{}</span>",
        envelope.severity
    )?;
    writeln!(out, "<h1>{title}</h1>")?;
    writeln!(
        out,
        "<p class=\"scope\">{} · {} · {} · {} · <time>{}</time></p>",
        envelope.kind,
        escape(&envelope.environment),
        escape(&envelope.account),
        escape(&envelope.region),
        envelope.occurred_at
    )?;
    if !envelope.summary.is_empty() {
        writeln!(
            out,
            "<p class=\"summary\">{}</p>",
            escape_lines(&envelope.summary)
        )?;
    }
    if !envelope.fields.is_empty() {
        out.push_str("<table>\n");
        for field in &envelope.fields {
            let value = escape_lines(&field.value).replace('\n', "<br>");
            writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{value}</td></tr>",
                escape(&field.label)
            )?;
        }
        out.push_str("</table>\n");
    }
    write_sections(out, envelope)?;
    if !envelope.actions.is_empty() {
        out.push_str("<h2>What to do</h2>\n");
        for action in &envelope.actions {
            match action {
                Action::Url { label, url } => writeln!(out, "<p>{}</p>", anchor(label, url))?,
                Action::Command { label, command } => {
                    writeln!(
                        out,
                        "<p>{}</p>\n<pre>{}</pre>",
                        escape(label),
                        escape(command)
                    )?;
                }
            }
        }
    }
    if !envelope.links.is_empty() {
        out.push_str("<h2>Links</h2>\n<ul>\n");
        for link in &envelope.links {
            writeln!(out, "<li>{}</li>", anchor(&link.label, &link.url))?;
        }
        out.push_str("</ul>\n");
    }
    writeln!(
        out,
        "<footer>alert {}</footer>\n</body>\n</html>",
        escape(&envelope.id)
    )
}

fn write_sections(out: &mut String, envelope: &Envelope) -> std::fmt::Result {
    for section in view::sections(envelope) {
        writeln!(out, "<h2>{}</h2>\n<table>", escape(&section.heading))?;
        for row in &section.rows {
            out.push_str("<tr>");
            for cell in &row.cells {
                write!(out, "<td>{}</td>", escape(cell))?;
            }
            if !row.note.is_empty() {
                write!(out, "<td class=\"note\">{}</td>", escape(&row.note))?;
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</table>\n");
        if section.omitted > 0 {
            writeln!(out, "<p class=\"note\">… and {} more</p>", section.omitted)?;
        }
    }
    Ok(())
}

/// A link; an address that is none (`javascript:` and the like) is shown as text.
fn anchor(label: &str, url: &str) -> String {
    if is_url(url) {
        format!(
            "<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>",
            escape(url),
            escape(label)
        )
    } else {
        format!("{}: {}", escape(label), escape(url))
    }
}

fn escape(text: &str) -> String {
    escape_chars(&clip::line(text))
}

fn escape_lines(text: &str) -> String {
    escape_chars(&clip::lines(text))
}

fn escape_chars(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
