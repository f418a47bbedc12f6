//! Sections of rows, which every rendering lays out in its own way.

use super::clip;
use super::digest::Night;
use super::envelope::{Envelope, Kind};

/// A headed list of rows.
pub(super) struct Section {
    /// The heading, with the count.
    pub(super) heading: String,
    /// The rows, most important first.
    pub(super) rows: Vec<Row>,
    /// Rows that an earlier step left out.
    pub(super) omitted: usize,
    /// Whether names may not be cut while there is any room: sleepers that failed to wake.
    pub(super) vital: bool,
}

/// One row of a section: aligned cells, the name first, and a longer text under them.
pub(super) struct Row {
    pub(super) cells: Vec<String>,
    pub(super) note: String,
}

/// The sections of an envelope: those of the night in its details, else none.
pub(super) fn sections(envelope: &Envelope) -> Vec<Section> {
    night(envelope)
        .map(|night| super::digest::sections(&night))
        .unwrap_or_default()
}

/// The night in the details of an envelope, if that is what they are.
pub(super) fn night(envelope: &Envelope) -> Option<Night> {
    if envelope.kind != Kind::Scale || !envelope.details.is_object() {
        return None;
    }
    serde::Deserialize::deserialize(&envelope.details).ok()
}

/// Lays rows out in aligned columns within `width`; each row gives its own lines.
/// A name that leaves no room for the other cells stands on a line of its own, whole.
pub(super) fn table(rows: &[Row], width: usize) -> Vec<Vec<String>> {
    let cells = |row: &Row| {
        row.cells
            .iter()
            .map(|cell| clip::line(cell))
            .collect::<Vec<_>>()
    };
    let count = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut widths = vec![0; count];
    for row in rows {
        for (max, cell) in widths.iter_mut().zip(cells(row)) {
            *max = (*max).max(clip::width(&cell));
        }
    }
    let tail: usize = widths.iter().skip(1).map(|w| w + 2).sum();
    let name = widths
        .first()
        .copied()
        .unwrap_or(0)
        .min(width.saturating_sub(tail))
        .max(8);
    rows.iter()
        .map(|row| {
            let cells = cells(row);
            let mut lines = Vec::new();
            let mut current = String::new();
            for (i, (cell, max)) in cells.iter().zip(&widths).enumerate() {
                if i == 0 && clip::width(cell) > name {
                    lines.extend(clip::wrap(cell, width, 2));
                    current = clip::pad("", name);
                } else if i == 0 {
                    current = clip::pad(cell, name);
                } else {
                    current.push_str("  ");
                    current.push_str(&clip::pad(cell, *max));
                }
            }
            if !current.trim().is_empty() {
                lines.extend(clip::wrap(current.trim_end(), width, 4));
            }
            let note = clip::line(&row.note);
            if !note.is_empty() {
                lines.extend(clip::wrap(&format!("    {note}"), width, 4));
            }
            lines
        })
        .collect()
}
