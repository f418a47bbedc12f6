//! Reads daily costs from CSV with the columns `date`, `key` and `cost`.
//!
//! Rows may come in any order, and are read one by one: memory goes with the number of keys and days, not of rows. What a
//! row cannot say for certain becomes a missing day and a warning, never a figure.

use std::collections::BTreeMap;
use std::io::Read;

use csv::ByteRecord;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::series::Series;

/// Days from the first to the last date of a file, at most: ten years.
pub const MAX_DAYS: usize = 3_660;
/// Keys times days of a file, at most: 400 MB of amounts.
pub const MAX_CELLS: usize = 50_000_000;
/// Lines named by a warning.
const NAMED: usize = 3;

/// What a second row for the same date and key means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// The same cost again is the same row; a different one makes the day missing, since nobody can know which is right.
    #[default]
    Distrust,
    /// Rows are parts of the day: they are added.
    Sum,
    /// Rows are versions of the day: the last one counts.
    Last,
}

/// What it means that a key has no row on a day on which the file has rows of other keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Absent {
    /// Nothing is known of it.
    #[default]
    Missing,
    /// It cost nothing, as in Cost Explorer, which leaves such groups out.
    Zero,
}

/// How rows are to be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Treatment {
    /// Second rows.
    pub duplicates: Duplicates,
    /// Rows that are not there.
    pub absent: Absent,
}

/// What a file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// One series per key, in order of keys; all end with the last date of the file.
    pub series: Vec<Series>,
    /// The currency, where the file names one.
    pub currency: Option<String>,
    /// Rows read, without the header.
    pub rows: usize,
    /// What was not taken as it stands.
    pub warnings: Vec<Warning>,
}

/// Something that the reader of an answer has to know about its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// A short stable name, such as `duplicate`.
    pub code: String,
    /// The key it is about; none is the whole input.
    pub key: Option<String>,
    /// What was found and what was made of it.
    pub message: String,
    /// Whether something could not be judged because of it.
    pub incomplete: bool,
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Reading failed, or it is no CSV in UTF-8.
    #[error("the file is not CSV in UTF-8 with rows of equal length")]
    Form(#[source] csv::Error),
    /// Nothing in it.
    #[error("the file is empty, accepted: a header with `date`, `key` and `cost`, then rows")]
    Empty,
    /// A column is not there.
    #[error(
        "column `{column}` is not in the header {header:?}, accepted: `date`, `key`, `cost` and, if wanted, `currency`, separated by commas{hint}"
    )]
    Column {
        /// The column.
        column: &'static str,
        /// The header as it stands, clipped.
        header: String,
        /// What it looks like instead.
        hint: String,
    },
    /// A column is there twice.
    #[error("column `{column}` is in the header twice, accepted: once")]
    ColumnTwice {
        /// The column.
        column: &'static str,
    },
    /// A value that cannot be understood.
    #[error("line {line}: `{field}` is {value:?}, accepted: {accepted}")]
    Value {
        /// The line, the header being 1.
        line: u64,
        /// The column.
        field: &'static str,
        /// The value, clipped.
        value: String,
        /// What would have been.
        accepted: &'static str,
    },
    /// Amounts that cannot be compared.
    #[error(
        "line {line}: `currency` is {found:?} after {first:?}, accepted: one currency per file"
    )]
    Currencies {
        /// The line.
        line: u64,
        /// The first currency.
        first: String,
        /// The other.
        found: String,
    },
    /// The dates are too far apart.
    #[error("dates from {first} to {last}, accepted: at most 3660 days in one file")]
    Span {
        /// The earliest date.
        first: Day,
        /// The latest date.
        last: Day,
    },
    /// More keys than can be held.
    #[error("{keys} keys over {days} days, accepted: at most 50,000,000 keys times days")]
    Size {
        /// Keys.
        keys: usize,
        /// Days.
        days: usize,
    },
}

/// Reads a file.
///
/// # Errors
/// A header or a value that cannot be understood, with its line; two currencies; too large a span.
pub fn read(input: impl Read, treatment: &Treatment) -> Result<Table, Error> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(input);
    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record).map_err(Error::Form)? {
        return Err(Error::Empty);
    }
    let columns = Columns::of(&record)?;
    let mut sheet = Sheet::new(*treatment);
    while reader.read_byte_record(&mut record).map_err(Error::Form)? {
        let line = record.position().map_or(0, csv::Position::line);
        sheet.row(&columns, &record, line)?;
    }
    sheet.finish(&columns.ignored)
}

struct Columns {
    date: usize,
    key: usize,
    cost: usize,
    currency: Option<usize>,
    ignored: Vec<String>,
}

impl Columns {
    fn of(header: &ByteRecord) -> Result<Self, Error> {
        let names: Vec<String> = header
            .iter()
            .map(|name| {
                String::from_utf8_lossy(name)
                    .trim()
                    .trim_start_matches('\u{feff}')
                    .to_lowercase()
            })
            .collect();
        let find = |column: &'static str| {
            let mut found = names.iter().enumerate().filter(|(_, name)| *name == column);
            let first = found.next().map(|(at, _)| at);
            if found.next().is_some() {
                return Err(Error::ColumnTwice { column });
            }
            Ok(first)
        };
        let need = |column| {
            find(column)?.ok_or_else(|| Error::Column {
                column,
                header: clip(&names.join(",")),
                hint: hint(&names),
            })
        };
        let (date, key, cost) = (need("date")?, need("key")?, need("cost")?);
        let currency = find("currency")?;
        let used = [Some(date), Some(key), Some(cost), currency];
        let ignored = names
            .iter()
            .enumerate()
            .filter(|(at, _)| !used.contains(&Some(*at)))
            .map(|(_, name)| clip(name))
            .collect();
        Ok(Self {
            date,
            key,
            cost,
            currency,
            ignored,
        })
    }
}

/// What a header without the columns looks like.
fn hint(names: &[String]) -> String {
    let [only] = names else {
        return String::new();
    };
    let separators = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")];
    let found = separators
        .iter()
        .find(|(separator, _)| only.contains(*separator));
    match found {
        Some((_, name)) => format!("; these look separated by {name}"),
        None if only.contains('\0') => "; this looks like UTF-16, save it as UTF-8".to_owned(),
        None => String::new(),
    }
}

fn clip(text: &str) -> String {
    afterhours_core::alert::clip::chars(&afterhours_core::alert::clip::line(text), 80)
}

/// One key on its way.
#[derive(Default)]
struct Column {
    first: i32,
    cells: Vec<Cell>,
    rows: usize,
    negative: usize,
}

/// One amount on its way. Two states are values, so that a cell stays a float.
#[derive(Clone, Copy)]
struct Cell(f64);

impl Cell {
    const NONE: Self = Self(f64::NAN);
    /// A row was there, but its figure cannot be trusted.
    const UNKNOWN: Self = Self(f64::INFINITY);

    fn is_none(self) -> bool {
        self.0.is_nan()
    }

    fn is_unknown(self) -> bool {
        self.0.is_infinite()
    }
}

impl Column {
    /// The cell of a day, made where it is not yet.
    fn cell(&mut self, day: i32) -> Option<&mut Cell> {
        if self.cells.is_empty() {
            self.first = day;
        }
        if day < self.first {
            let more = usize::try_from(self.first - day).ok()?;
            self.cells
                .splice(0..0, std::iter::repeat_n(Cell::NONE, more));
            self.first = day;
        }
        let at = usize::try_from(day - self.first).ok()?;
        if at >= self.cells.len() {
            self.cells.resize(at + 1, Cell::NONE);
        }
        self.cells.get_mut(at)
    }
}

/// A count of rows with the first few lines of them.
#[derive(Default)]
struct Count {
    rows: usize,
    lines: Vec<u64>,
}

impl Count {
    fn add(&mut self, line: u64) {
        self.rows += 1;
        if self.lines.len() < NAMED {
            self.lines.push(line);
        }
    }

    fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(u64::to_string).collect();
        let more = if self.rows > lines.len() { ", …" } else { "" };
        let rows = if self.rows == 1 { "row" } else { "rows" };
        let word = if self.rows == 1 { "line" } else { "lines" };
        format!("{} {rows} ({word} {}{more})", self.rows, lines.join(", "))
    }
}

struct Sheet {
    treatment: Treatment,
    names: BTreeMap<String, usize>,
    columns: Vec<Column>,
    currency: Option<String>,
    span: Option<(i32, i32)>,
    rows: usize,
    unusable: Count,
    repeated: Count,
    contradicted: Count,
    summed: Count,
    replaced: Count,
    negative: Count,
    last_key: usize,
    last_name: String,
    last_date: ([u8; 10], i32),
}

impl Sheet {
    fn new(treatment: Treatment) -> Self {
        Self {
            treatment,
            names: BTreeMap::new(),
            columns: Vec::new(),
            currency: None,
            span: None,
            rows: 0,
            unusable: Count::default(),
            repeated: Count::default(),
            contradicted: Count::default(),
            summed: Count::default(),
            replaced: Count::default(),
            negative: Count::default(),
            last_key: 0,
            last_name: String::new(),
            last_date: ([0; 10], 0),
        }
    }

    fn row(&mut self, columns: &Columns, record: &ByteRecord, line: u64) -> Result<(), Error> {
        self.rows += 1;
        let field = |at| record.get(at).unwrap_or_default();
        let day = self.day(field(columns.date), line)?;
        if let Some(at) = columns.currency {
            self.currency(field(at), line)?;
        }
        let key = self.key(field(columns.key), line)?;
        let cost = cost(field(columns.cost), line)?;
        let (first, last) = self
            .span
            .map_or((day, day), |(a, b)| (a.min(day), b.max(day)));
        self.span = Some((first, last));
        let days = usize::try_from(i64::from(last) - i64::from(first) + 1).unwrap_or(usize::MAX);
        if days > MAX_DAYS {
            return Err(Error::Span {
                first: Day::from_number(first),
                last: Day::from_number(last),
            });
        }
        if days.saturating_mul(self.columns.len()) > MAX_CELLS {
            return Err(Error::Size {
                keys: self.columns.len(),
                days,
            });
        }
        self.put(key, day, cost, line);
        Ok(())
    }

    fn put(&mut self, key: usize, day: i32, cost: Option<f64>, line: u64) {
        let Some(column) = self.columns.get_mut(key) else {
            return;
        };
        column.rows += 1;
        let Some(cell) = column.cell(day) else {
            return;
        };
        let Some(cost) = cost else {
            self.unusable.add(line);
            *cell = Cell::UNKNOWN;
            return;
        };
        if cost < 0.0 {
            self.negative.add(line);
        }
        if cell.is_none() {
            *cell = Cell(cost);
        } else if self.treatment.duplicates == Duplicates::Last {
            self.replaced.add(line);
            *cell = Cell(cost);
        } else if cell.is_unknown() {
            self.contradicted.add(line);
        } else if self.treatment.duplicates == Duplicates::Sum {
            self.summed.add(line);
            cell.0 += cost;
        } else if cell.0.total_cmp(&cost).is_eq() {
            self.repeated.add(line);
        } else {
            self.contradicted.add(line);
            *cell = Cell::UNKNOWN;
        }
        if cost < 0.0 {
            column.negative += 1;
        }
    }

    fn day(&mut self, text: &[u8], line: u64) -> Result<i32, Error> {
        if text == self.last_date.0.as_slice() {
            return Ok(self.last_date.1);
        }
        let error = || Error::Value {
            line,
            field: "date",
            value: clip(&String::from_utf8_lossy(text)),
            accepted: "a UTC day from 1970 to 2199 as YYYY-MM-DD, also with T00:00:00Z behind it",
        };
        let text = text.trim_ascii();
        let (date, rest) = text.split_at_checked(10).ok_or_else(error)?;
        let midnight: [&[u8]; 4] = [b"", b"T00:00:00Z", b"T00:00Z", b" 00:00:00"];
        if !midnight.contains(&rest) {
            return Err(error());
        }
        let parsed: Date = std::str::from_utf8(date)
            .ok()
            .and_then(|date| date.parse().ok())
            .filter(|date: &Date| (1970..2200).contains(&date.year()))
            .ok_or_else(error)?;
        let day = Day::of(parsed).number();
        if let Ok(date) = date.try_into() {
            self.last_date = (date, day);
        }
        Ok(day)
    }

    fn currency(&mut self, text: &[u8], line: u64) -> Result<(), Error> {
        let found = text.trim_ascii();
        if let Some(first) = &self.currency {
            if found == first.as_bytes() {
                return Ok(());
            }
            return Err(Error::Currencies {
                line,
                first: first.clone(),
                found: clip(&String::from_utf8_lossy(found)),
            });
        }
        if found.len() != 3 || !found.iter().all(u8::is_ascii_uppercase) {
            return Err(Error::Value {
                line,
                field: "currency",
                value: clip(&String::from_utf8_lossy(found)),
                accepted: "three capital letters of ISO 4217, such as USD",
            });
        }
        self.currency = Some(String::from_utf8_lossy(found).into_owned());
        Ok(())
    }

    fn key(&mut self, text: &[u8], line: u64) -> Result<usize, Error> {
        if !self.columns.is_empty() && text == self.last_name.as_bytes() {
            return Ok(self.last_key);
        }
        let name = std::str::from_utf8(text)
            .ok()
            .map(str::trim)
            .filter(|name| {
                let bad = |c| afterhours_core::alert::clip::is_unsafe(c);
                !name.is_empty() && name.chars().count() <= 500 && !name.chars().any(bad)
            });
        let name = name.ok_or_else(|| Error::Value {
            line,
            field: "key",
            value: clip(&String::from_utf8_lossy(text)),
            accepted: "one line of 1 to 500 characters in UTF-8",
        })?;
        let at = if let Some(at) = self.names.get(name) {
            *at
        } else {
            let at = self.columns.len();
            self.names.insert(name.to_owned(), at);
            self.columns.push(Column::default());
            at
        };
        self.last_key = at;
        name.clone_into(&mut self.last_name);
        Ok(at)
    }

    fn finish(mut self, ignored: &[String]) -> Result<Table, Error> {
        let Some((_, last)) = self.span else {
            return Err(Error::Empty);
        };
        let mut warnings = self.counted(ignored);
        let mut series = Vec::with_capacity(self.columns.len());
        for (key, at) in &self.names {
            let Some(column) = self.columns.get_mut(*at) else {
                continue;
            };
            let mut cells = std::mem::take(&mut column.cells);
            let days = usize::try_from(i64::from(last) - i64::from(column.first) + 1);
            let behind = days.unwrap_or(0).saturating_sub(cells.len());
            let absent = cells.iter().filter(|cell| cell.is_none()).count() + behind;
            cells.resize(cells.len() + behind, Cell::NONE);
            if absent > 0 {
                warnings.push(self.treatment.absent.warning(key, absent, behind, last));
            }
            let filled = match self.treatment.absent {
                Absent::Missing => f64::NAN,
                Absent::Zero => 0.0,
            };
            let values = cells
                .iter()
                .map(|cell| match cell {
                    cell if cell.is_none() => filled,
                    cell if cell.is_unknown() => f64::NAN,
                    cell => cell.0,
                })
                .collect();
            series.push(Series::from_raw(
                key,
                Day::from_number(column.first),
                values,
            ));
        }
        series.retain(|one: &Series| !one.is_empty());
        Ok(Table {
            series,
            currency: self.currency,
            rows: self.rows,
            warnings,
        })
    }

    fn counted(&self, ignored: &[String]) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut add = |code: &str, count: &Count, what: &str, incomplete| {
            if count.rows > 0 {
                warnings.push(Warning {
                    code: code.to_owned(),
                    key: None,
                    message: format!("{} {what}", count.text()),
                    incomplete,
                });
            }
        };
        let unusable = "without a usable cost (empty, NaN or infinite): the day counts as missing";
        add("no_figure", &self.unusable, unusable, true);
        let repeated = "repeat a date and key with the same cost: counted once";
        add("duplicate", &self.repeated, repeated, false);
        let contradicted = "repeat a date and key with another cost: the day counts as missing";
        add("duplicate", &self.contradicted, contradicted, true);
        let summed = "repeat a date and key: added up";
        add("duplicate", &self.summed, summed, false);
        let replaced = "repeat a date and key: the last one counts";
        add("duplicate", &self.replaced, replaced, false);
        let negative = "with a negative cost: kept in sums, read as 0 by the detector";
        add("negative", &self.negative, negative, false);
        if !ignored.is_empty() {
            warnings.push(Warning {
                code: "ignored_column".to_owned(),
                key: None,
                message: format!("columns not used: {}", ignored.join(", ")),
                incomplete: false,
            });
        }
        warnings
    }
}

impl Absent {
    fn warning(self, key: &str, days: usize, behind: usize, last: i32) -> Warning {
        let count = if days == 1 {
            "1 day".to_owned()
        } else {
            format!("{days} days")
        };
        let ended = if behind > 0 {
            let end = Day::from_number(last).plus(-i32::try_from(behind).unwrap_or(0));
            format!(", the last row is of {end}")
        } else {
            String::new()
        };
        let (what, incomplete) = match self {
            Self::Missing => ("counted as missing, not as 0", true),
            Self::Zero => ("counted as 0", false),
        };
        Warning {
            code: "absent".to_owned(),
            key: Some(key.to_owned()),
            message: format!("{count} without a row{ended}: {what}"),
            incomplete,
        }
    }
}

/// An amount; `None` is a row without a figure.
fn cost(text: &[u8], line: u64) -> Result<Option<f64>, Error> {
    let text = text.trim_ascii();
    let error = || Error::Value {
        line,
        field: "cost",
        value: clip(&String::from_utf8_lossy(text)),
        accepted: "a number with a decimal point and no thousands separator, such as 1234.56",
    };
    let text = std::str::from_utf8(text).map_err(|_| error())?;
    let words = [
        "",
        "nan",
        "inf",
        "-inf",
        "infinity",
        "-infinity",
        "null",
        "none",
        "n/a",
    ];
    if words.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Ok(None);
    }
    let value: f64 = text.parse().map_err(|_| error())?;
    if value.abs() > 1e12 {
        return Err(error());
    }
    Ok(Some(value))
}
