//! Slack Block Kit, within Slack's limits.

mod blocks;

use blocks::escape;
pub(super) use blocks::escape_within;
pub use blocks::{
    Block, Button, MAX_ACTIONS, MAX_BLOCKS, MAX_BUTTON, MAX_CONTEXT, MAX_FIELD, MAX_FIELDS,
    MAX_HEADER, MAX_SECTION, MAX_TEXT, Message, Text,
};

use super::clip;
use super::envelope::{Envelope, Severity};
use super::parts::{Action, is_url};
use super::view::{self, Row, Section};

/// Columns of a table; wider ones wrap in Slack's narrow layouts.
const TABLE_COLUMNS: usize = 76;
/// Blocks of fields, each of 10.
const FIELD_BLOCKS: usize = 2;
/// Blocks of an ordinary list.
const LIST_BLOCKS: usize = 2;
/// Blocks that are kept for what comes after the lists: divider, buttons, commands, links and the last line.
const TAIL_BLOCKS: usize = 8;
/// Characters of a page of lines: a section with room for a note about what was left out.
const PAGE: usize = MAX_SECTION - 60;
/// Characters of a page of a list: room for the heading and the fences of a code block too.
const LIST_PAGE: usize = PAGE - 220;
/// Characters of one row, so that a very long error does not push other rows out.
const ROW: usize = 700;

/// The envelope as a Slack message within every documented limit; what does not fit is counted, never just dropped.
///
/// Sleepers that still fail are listed before everything else: first their errors go, and only when thousands of
/// names do not fit are some counted instead of named.
pub fn render(envelope: &Envelope) -> Message {
    let mark = match envelope.severity {
        Severity::Info => "⚪",
        Severity::Notice => "🔵",
        Severity::Warning => "🟠",
        Severity::Critical => "🔴",
    };
    let title = clip::line(&envelope.title);
    let scope =
        [&envelope.environment, &envelope.account, &envelope.region].map(|text| clip::line(text));
    let scope = clip::chars(&scope.join(" · "), 300);
    let mut blocks = vec![
        Block::Header {
            text: Text::plain(&format!("{mark} {title}"), MAX_HEADER),
        },
        context(&format!(
            "{} {} · {scope} · {}",
            envelope.kind, envelope.severity, envelope.occurred_at
        )),
    ];

    let sections = view::sections(envelope);
    let summary = clip::lines(&envelope.summary);
    // The lists of a night say all that its summary says.
    let room = if sections.is_empty() { 20 } else { 1 };
    let lines: Vec<_> = summary
        .lines()
        .flat_map(pieces)
        .map(|piece| vec![piece])
        .collect();
    blocks.extend(
        pages(&lines, room, PAGE, "lines", 0)
            .into_iter()
            .map(Block::section),
    );

    let vital = sections.iter().filter(|section| section.vital);
    for section in vital {
        let room =
            MAX_BLOCKS.saturating_sub(blocks.len() + TAIL_BLOCKS + FIELD_BLOCKS + 6 * LIST_BLOCKS);
        blocks.extend(vital_list(section, room));
    }
    for section in sections.iter().filter(|section| !section.vital) {
        blocks.extend(list(section, &section.rows, LIST_BLOCKS));
    }
    fields(envelope, &mut blocks);
    actions(envelope, &mut blocks);
    blocks.push(context(&format!(
        "alert {}",
        clip::chars(&clip::line(&envelope.id), 200)
    )));

    // Each part above has its share, so that this holds already.
    blocks.truncate(MAX_BLOCKS);
    let text = escape_within(&format!("{}: {title}", envelope.severity), MAX_TEXT);
    Message { text, blocks }
}

fn context(text: &str) -> Block {
    Block::Context {
        elements: vec![Text::markup(escape_within(text, MAX_SECTION))],
    }
}

/// A list whose names have priority: with errors if all fit, else names alone.
fn vital_list(section: &Section, room: usize) -> Vec<Block> {
    let heading_only = |row: &Row| Row {
        cells: row.cells.clone(),
        note: String::new(),
    };
    let name_only = |row: &Row| Row {
        cells: row.cells.iter().take(1).cloned().collect(),
        note: String::new(),
    };
    let whole = list(section, &section.rows, usize::MAX);
    if whole.len() <= room.min(10) {
        return whole;
    }
    let rows: Vec<_> = section.rows.iter().map(heading_only).collect();
    let short = list(section, &rows, usize::MAX);
    if short.len() <= room {
        return short;
    }
    let rows: Vec<_> = section.rows.iter().map(name_only).collect();
    list(section, &rows, room)
}

/// A list as sections, each a heading or nothing and a code block with aligned rows.
fn list(section: &Section, rows: &[Row], room: usize) -> Vec<Block> {
    let heading = format!("*{}*", escape_within(&clip::line(&section.heading), 200));
    let groups: Vec<Vec<String>> = view::table(rows, TABLE_COLUMNS)
        .into_iter()
        .map(|lines| {
            escape_within(&lines.join("\n"), ROW)
                .lines()
                .map(str::to_owned)
                .collect()
        })
        .collect();
    pages(&groups, room, LIST_PAGE, "rows", section.omitted)
        .into_iter()
        .enumerate()
        .map(|(i, text)| {
            let heading = if i == 0 {
                format!("{heading}\n")
            } else {
                String::new()
            };
            Block::section(format!("{heading}```\n{text}\n```"))
        })
        .collect()
}

/// A line as escaped pieces that each fit on a page.
fn pieces(line: &str) -> Vec<String> {
    let escaped = escape(line);
    if clip::count_units(&escaped) <= PAGE {
        return vec![escaped];
    }
    // An escaped character has at most 5 units.
    let chars: Vec<char> = line.chars().collect();
    chars
        .chunks(PAGE / 5)
        .map(|piece| escape(&piece.iter().collect::<String>()))
        .collect()
}

/// Joins groups of lines into at most `room` pages of at most `budget` characters; a group stays on one page.
/// A note of less than 60 characters more ends the last page when groups were left out, here or (`omitted`) before.
fn pages(
    groups: &[Vec<String>],
    room: usize,
    budget: usize,
    what: &str,
    omitted: usize,
) -> Vec<String> {
    let mut pages: Vec<String> = Vec::new();
    let mut used = 0;
    let mut left = omitted;
    for (i, group) in groups.iter().enumerate() {
        let text = group.join("\n");
        let size = clip::count_units(&text) + 1;
        let full = pages.len() >= room;
        match pages.last_mut() {
            Some(page) if used + size <= budget => {
                page.push('\n');
                page.push_str(&text);
                used += size;
            }
            _ if !full => {
                pages.push(text);
                used = size;
            }
            _ => {
                left += groups.len() - i;
                break;
            }
        }
    }
    if left > 0 {
        let note = format!("… and {left} more {what}");
        match pages.last_mut() {
            Some(page) => *page = format!("{page}\n{note}"),
            None => pages.push(note),
        }
    }
    pages.retain(|page| !page.trim().is_empty());
    pages
}

/// Labelled values in two columns, ten to a section.
fn fields(envelope: &Envelope, blocks: &mut Vec<Block>) {
    let most = FIELD_BLOCKS * MAX_FIELDS;
    let shown = if envelope.fields.len() > most {
        most - 1
    } else {
        envelope.fields.len()
    };
    let mut texts: Vec<Text> = envelope
        .fields
        .iter()
        .take(shown)
        .map(|field| {
            let label = escape_within(&clip::chars(&clip::line(&field.label), 200), 900);
            let value = escape_within(&clip::lines(&field.value), MAX_FIELD - 1000);
            Text::markup(format!("*{label}*\n{value}"))
        })
        .collect();
    let left = envelope.fields.len() - shown;
    if left > 0 {
        texts.push(Text::markup(format!("… and {left} more fields")));
    }
    for chunk in texts.chunks(MAX_FIELDS) {
        blocks.push(Block::Section {
            text: None,
            fields: chunk.to_vec(),
        });
    }
}

/// Buttons for pages, code blocks for commands, a list of links.
fn actions(envelope: &Envelope, blocks: &mut Vec<Block>) {
    let mut buttons = Vec::new();
    let mut commands: Vec<Vec<String>> = Vec::new();
    let mut links: Vec<Vec<String>> = Vec::new();
    for (i, action) in envelope.actions.iter().enumerate() {
        match action {
            Action::Url { label, url } if is_url(url) && buttons.len() < MAX_ACTIONS => buttons
                .push(Button {
                    r#type: "button",
                    action_id: format!("open-{i}"),
                    text: Text::plain(&or_dash(label), MAX_BUTTON),
                    url: url.clone(),
                }),
            Action::Url { label, url } => links.push(vec![link(label, url)]),
            Action::Command { label, command } => {
                let label = escape_within(&clip::line(label), 900);
                let command = escape_within(&clip::line(command), MAX_SECTION - 1100);
                commands.push(vec![format!("{label}\n```\n{command}\n```")]);
            }
        }
    }
    links.extend(envelope.links.iter().map(|l| vec![link(&l.label, &l.url)]));
    if buttons.is_empty() && commands.is_empty() && links.is_empty() {
        return;
    }
    blocks.push(Block::Divider);
    blocks.extend(
        pages(&commands, 2, PAGE, "commands", 0)
            .into_iter()
            .map(Block::section),
    );
    blocks.extend(
        pages(&links, 2, PAGE, "links", 0)
            .into_iter()
            .map(Block::section),
    );
    if !buttons.is_empty() {
        blocks.push(Block::Actions { elements: buttons });
    }
}

fn or_dash(text: &str) -> String {
    let text = clip::line(text);
    if text.is_empty() {
        "-".to_owned()
    } else {
        text
    }
}

/// A link in Slack's markup, or label and address as text when it is too long or no address.
fn link(label: &str, url: &str) -> String {
    let label = escape_within(&or_dash(label).replace('|', "/"), 400);
    let url = clip::line(url);
    if is_url(&url) && escape(&url).len() < MAX_SECTION - 600 {
        return format!("• <{}|{label}>", escape(&url));
    }
    format!("• {label}: {}", escape_within(&url, MAX_SECTION - 600))
}
