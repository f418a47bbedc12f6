//! Instants in the zone of the deployment, with the offset from UTC.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _, Zoned};

use super::text::Text;
use crate::night::Night;

/// Marks of an axis; a line of more days than this would be no line of a night.
const TICKS: usize = 40;

/// One mark of an axis.
pub(super) struct Tick {
    pub(super) at: Timestamp,
    /// From 0 to 1 within the night.
    pub(super) place: f64,
    pub(super) label: String,
}

/// Shows instants of one night.
pub(super) struct Clock {
    zone: TimeZone,
    name: String,
    /// The name that the document gave, where it is no zone.
    unknown: Option<String>,
    from: Timestamp,
    to: Timestamp,
}

impl Clock {
    pub(super) fn of(night: &Night) -> Self {
        let (zone, name, unknown) = match TimeZone::get(&night.zone) {
            Ok(zone) => (zone, night.zone.clone(), None),
            Err(_) => (TimeZone::UTC, "UTC".to_owned(), Some(night.zone.clone())),
        };
        Self {
            zone,
            name,
            unknown,
            from: night.from,
            to: night.to,
        }
    }

    fn zoned(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// Whether clocks are set forward or back during the night.
    fn shifts(&self) -> bool {
        self.zone.to_offset(self.from) != self.zone.to_offset(self.to)
    }

    /// `20:00`; with its offset in a night in which that changes, with its day outside the night.
    pub(super) fn short(&self, at: Timestamp) -> String {
        let zoned = self.zoned(at);
        let format = if at < self.from || at > self.to {
            "%a %-d %b %H:%M"
        } else if self.to.duration_since(self.from).as_hours() >= 24 {
            "%a %H:%M"
        } else {
            "%H:%M"
        };
        let shown = zoned.strftime(format).to_string();
        if self.shifts() || zoned.offset() != self.zone.to_offset(self.from) {
            format!("{shown} {}", offset(zoned.offset()))
        } else {
            shown
        }
    }

    /// `Fri 20 Nov 2026, 20:00 UTC+01:00`.
    pub(super) fn full(&self, at: Timestamp) -> String {
        let zoned = self.zoned(at);
        format!(
            "{} UTC{}",
            zoned.strftime("%a %-d %b %Y, %H:%M"),
            offset(zoned.offset())
        )
    }

    /// The same as an element that machines understand.
    pub(super) fn element(&self, at: Timestamp) -> String {
        format!(
            "<time datetime=\"{}\">{}</time>",
            self.zoned(at).strftime("%Y-%m-%dT%H:%M:%S%:z"),
            self.full(at)
        )
    }

    /// A short one as an element that machines understand.
    pub(super) fn short_element(&self, at: Timestamp) -> String {
        format!(
            "<time datetime=\"{}\">{}</time>",
            self.zoned(at).strftime("%Y-%m-%dT%H:%M:%S%:z"),
            self.short(at)
        )
    }

    /// `Fri 20 to Sat 21 November 2026`.
    pub(super) fn night(&self) -> String {
        let (from, to) = (self.zoned(self.from), self.zoned(self.to));
        let end = to.strftime("%a %-d %B %Y");
        if from.date() == to.date() {
            end.to_string()
        } else if from.year() != to.year() {
            format!("{} to {end}", from.strftime("%a %-d %B %Y"))
        } else if from.month() != to.month() {
            format!("{} to {end}", from.strftime("%a %-d %B"))
        } else {
            format!("{} to {end}", from.strftime("%a %-d"))
        }
    }

    /// In which zone times are, and how far it is from UTC.
    pub(super) fn zone(&self) -> String {
        let (from, to) = (self.zoned(self.from), self.zoned(self.to));
        let mut said = format!(
            "Times are those of {}, UTC{}",
            Text(&self.name),
            offset(from.offset())
        );
        if self.shifts() {
            said = format!(
                "{said} at the beginning and UTC{} at the end: clocks were changed in this night",
                offset(to.offset())
            );
        }
        if let Some(unknown) = &self.unknown {
            said = format!("{said}; the zone “{}” is not known", Text(unknown));
        }
        said
    }

    /// Round instants for an axis, and their labels: places from 0 to 1 within the night.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let hours = self.to.duration_since(self.from).as_hours();
        let step = match hours {
            ..=6 => 1,
            7..=13 => 2,
            14..=20 => 3,
            21..=36 => 6,
            37..=84 => 12,
            _ => 24,
        };
        let start = self.zoned(self.from);
        let Ok(mut at) = start.start_of_day() else {
            return Vec::new();
        };
        let mut ticks = Vec::new();
        while at.timestamp() <= self.to && ticks.len() < TICKS {
            if at.timestamp() >= self.from && i64::from(at.hour()) % step == 0 {
                let format = if step == 24 || (step == 12 && at.hour() == 0) {
                    "%a %-d"
                } else {
                    "%H:%M"
                };
                ticks.push(Tick {
                    at: at.timestamp(),
                    place: self.place(at.timestamp()),
                    label: at.strftime(format).to_string(),
                });
            }
            let Ok(next) = at.checked_add(1.hour()) else {
                break;
            };
            at = next;
        }
        ticks
    }

    /// Where an instant lies in the night, from 0 to 1.
    pub(super) fn place(&self, at: Timestamp) -> f64 {
        let whole = self.to.duration_since(self.from).as_secs_f64();
        let part = at.duration_since(self.from).as_secs_f64();
        if whole > 0.0 {
            (part / whole).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}

/// `+01:00`.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '−' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
