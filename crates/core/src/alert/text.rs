//! Plain text, for a terminal and for e-mail.

use super::clip;
use super::envelope::Envelope;
use super::parts::Action;
use super::view;

/// The envelope as plain text that ends with a line feed.
///
/// Lines have at most `width` columns (less than 40 counts as 40), but a command or an address is never broken: it
/// stands on a line of its own. Nothing in it steers a terminal.
pub fn render(envelope: &Envelope, width: usize) -> String {
    let width = width.max(40);
    let mut out: Vec<String> = Vec::new();
    let title = format!("[{}] {}", envelope.severity, clip::line(&envelope.title));
    out.extend(clip::wrap(title.trim_end(), width, 2));
    let scope =
        [&envelope.environment, &envelope.account, &envelope.region].map(|text| clip::line(text));
    let head = format!(
        "{} | {} | {}",
        envelope.kind,
        scope.join(" | "),
        envelope.occurred_at
    );
    out.extend(clip::wrap(&head, width, 2));

    let summary = clip::lines(&envelope.summary);
    if !summary.is_empty() {
        out.push(String::new());
        out.extend(
            summary
                .lines()
                .flat_map(|line| clip::wrap(line, width, hanging(line))),
        );
    }
    if !envelope.fields.is_empty() {
        out.push(String::new());
        let labels = envelope.fields.iter().map(|field| clip::line(&field.label));
        let column = labels
            .map(|label| clip::width(&label))
            .max()
            .unwrap_or(0)
            .min(24);
        for field in &envelope.fields {
            let label = clip::pad(&format!("{}:", clip::line(&field.label)), column + 1);
            let value = clip::lines(&field.value);
            let mut values = value.lines();
            let first = format!("{label} {}", values.next().unwrap_or_default());
            out.extend(clip::wrap(&first, width, 4));
            out.extend(values.flat_map(|line| clip::wrap(&format!("    {line}"), width, 4)));
        }
    }
    for section in view::sections(envelope) {
        out.push(String::new());
        out.extend(clip::wrap(&section.heading, width, 2));
        for lines in view::table(&section.rows, width - 2) {
            out.extend(lines.into_iter().map(|line| format!("  {line}")));
        }
        if section.omitted > 0 {
            out.push(format!("  … and {} more", section.omitted));
        }
    }
    if !envelope.actions.is_empty() {
        out.push(String::new());
        out.push("What to do".to_owned());
        for action in &envelope.actions {
            out.extend(clip::wrap(
                &format!("  {}", clip::line(action.label())),
                width,
                2,
            ));
            let target = clip::line(action.target());
            out.push(match action {
                Action::Url { .. } => format!("    {target}"),
                Action::Command { .. } => format!("    $ {target}"),
            });
        }
    }
    if !envelope.links.is_empty() {
        out.push(String::new());
        out.push("Links".to_owned());
        for link in &envelope.links {
            out.extend(clip::wrap(
                &format!("  {}", clip::line(&link.label)),
                width,
                2,
            ));
            out.push(format!("    {}", clip::line(&link.url)));
        }
    }
    out.push(String::new());
    out.extend(clip::wrap(
        &format!("alert {}", clip::line(&envelope.id)),
        width,
        2,
    ));
    let mut text = out.join("\n");
    text.push('\n');
    text
}

/// Later lines of a list item stand under its text.
fn hanging(line: &str) -> usize {
    if line.starts_with("- ") { 2 } else { 0 }
}
