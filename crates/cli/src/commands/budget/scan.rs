//! `budget scan`: anomalies and forecast of daily costs in a CSV file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use afterhours_core::alert::clip;
use afterhours_cost::alert::{money, sparkline};
use afterhours_cost::csv::{Absent, Duplicates, Table, Treatment, read};
use afterhours_cost::series::{TOTAL, rollup};
use afterhours_cost::{Anomaly, Day, Forecast, Kind, Series, Settings, Standing, detect};
use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde::Serialize;

use crate::context::{Context, Failure, Format, Outcome};
use crate::render::{COLUMNS, wrap};

/// Forecasts printed for people, at most; those with a budget and the total always are.
const FORECASTS: usize = 12;
/// Warnings of one sort printed for people, at most.
const WARNINGS: usize = 5;

/// Rows of the same date and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Repeated {
    /// The same cost counts once; with another cost the day counts as missing.
    Distrust,
    /// They are parts of the day, and are added up.
    Sum,
    /// They are versions of the day, and the last one counts.
    Last,
}

/// Keys without a row on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Unlisted {
    /// Nothing is known of that day.
    Missing,
    /// That day cost nothing, as in exports of Cost Explorer.
    Zero,
}

#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// Daily costs with the columns date, key, cost and, if wanted, currency (`-` is standard input).
    #[arg(long, value_name = "FILE")]
    csv: PathBuf,

    /// The monthly budget of a key, or of `total`; may repeat.
    #[arg(long, value_name = "KEY=AMOUNT", value_parser = budget)]
    budget: Vec<(String, f64)>,

    /// Alerts wanted per month over all keys; the threshold is set on the history to keep to it.
    #[arg(long, value_name = "N", value_parser = wanted)]
    alerts_per_month: Option<f64>,

    /// Look at days before this one; the last of them may still grow [default: the day after the last row].
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,

    /// Only print anomalies that lasted until this day or later.
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,

    /// What further rows of the same date and key mean.
    #[arg(long, value_enum, default_value_t = Repeated::Distrust)]
    duplicates: Repeated,

    /// What it means that a key has no row on a day.
    #[arg(long, value_enum, default_value_t = Unlisted::Missing)]
    absent: Unlisted,

    /// Also look at the sums of keys with common beginnings: `a` for `a/b` and `a/c`.
    #[arg(long)]
    rollup: bool,
}

fn budget(text: &str) -> Result<(String, f64), String> {
    let accepted = "accepted: KEY=AMOUNT with an amount above 0, such as total=2500";
    let (key, amount) = text.rsplit_once('=').ok_or_else(|| accepted.to_owned())?;
    let value: f64 = amount.trim().parse().map_err(|_| accepted.to_owned())?;
    if key.trim().is_empty() || !value.is_finite() || value <= 0.0 {
        return Err(accepted.to_owned());
    }
    Ok((key.trim().to_owned(), value))
}

fn wanted(text: &str) -> Result<f64, String> {
    let accepted = || "accepted: a number from 0 to 10000".to_owned();
    let value: f64 = text.parse().map_err(|_| accepted())?;
    if (0.0..=10_000.0).contains(&value) {
        Ok(value)
    } else {
        Err(accepted())
    }
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    currency: Option<&'a str>,
    rows: usize,
    #[serde(flatten)]
    scan: &'a afterhours_cost::Scan,
}

impl Scan {
    pub(super) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let treatment = Treatment {
            duplicates: match self.duplicates {
                Repeated::Distrust => Duplicates::Distrust,
                Repeated::Sum => Duplicates::Sum,
                Repeated::Last => Duplicates::Last,
            },
            absent: match self.absent {
                Unlisted::Missing => Absent::Missing,
                Unlisted::Zero => Absent::Zero,
            },
        };
        let table = table(&self.csv, treatment)?;
        let mut budgets = BTreeMap::new();
        for (key, amount) in self.budget {
            if budgets.insert(key.clone(), amount).is_some() {
                return Err(format!("--budget names {key:?} twice, accepted: once per key").into());
            }
        }
        let settings = Settings {
            alerts_per_month: self.alerts_per_month,
            budgets,
            ..Settings::default()
        };
        let last = table.series.iter().map(Series::end).max();
        let as_of = self
            .as_of
            .or_else(|| last.map(Day::date))
            .ok_or("the file has no row with a usable cost")?;
        let series = if self.rollup {
            rollup(&table.series)
        } else {
            table.series
        };
        let mut scan = detect(&series, &settings, as_of);
        let mut warnings = table.warnings;
        warnings.append(&mut scan.warnings);
        scan.warnings = warnings;
        if let Some(since) = self.since {
            scan.anomalies.retain(|one| one.last >= Day::of(since));
        }
        if context.format == Format::Json {
            let answer = Answer {
                currency: table.currency.as_deref(),
                rows: table.rows,
                scan: &scan,
            };
            context.print_json(&answer)?;
        } else {
            print(context, &scan, table.rows, table.currency.as_deref())?;
        }
        Ok(if !scan.anomalies.is_empty() {
            Outcome::Found
        } else if scan.warnings.iter().any(|warning| warning.incomplete) {
            Outcome::Incomplete
        } else {
            Outcome::Complete
        })
    }
}

/// Reads the file, or standard input.
pub(super) fn table(file: &Path, treatment: Treatment) -> Result<Table, Failure> {
    if file.as_os_str() == "-" {
        return Ok(read(std::io::stdin().lock(), &treatment)?);
    }
    let name = file.display();
    let input = File::open(file).map_err(|error| format!("{name} could not be read: {error}"))?;
    read(input, &treatment).map_err(|source| {
        Box::new(InFile {
            name: name.to_string(),
            source,
        })
        .into()
    })
}

/// An error with the file that it is in.
#[derive(Debug, thiserror::Error)]
#[error("{name}")]
struct InFile {
    name: String,
    #[source]
    source: afterhours_cost::csv::Error,
}

fn print(
    context: &mut Context,
    scan: &afterhours_cost::Scan,
    rows: usize,
    currency: Option<&str>,
) -> Result<(), Failure> {
    let unit = currency.unwrap_or("no currency given");
    let head = format!(
        "{rows} rows, {} keys, {} with enough history, up to {} ({unit}); a day is told of from \
         score {:.2}{}.",
        scan.series,
        scan.scored,
        scan.as_of.plus(-1),
        scan.threshold.score,
        if scan.threshold.calibrated {
            ", set on this history"
        } else {
            ""
        },
    );
    writeln!(context.out, "{}", wrap(&head, 0, 0))?;
    let bold = Style::new().bold();
    if scan.anomalies.is_empty() {
        writeln!(context.out, "\nNo anomalies.")?;
    } else {
        let title = context.paint(bold, &format!("Anomalies: {}", scan.anomalies.len()));
        writeln!(context.out, "\n{title}")?;
    }
    for anomaly in &scan.anomalies {
        print_anomaly(context, anomaly)?;
    }
    for one in &scan.stopped {
        let text = format!(
            "{} has cost {} a day since {}, {} were expected: stopped, or figures are missing",
            one.key,
            money(one.actual, None),
            one.since,
            money(one.expected, None)
        );
        writeln!(context.out, "\nFor information: {}", wrap(&text, 17, 2))?;
    }
    print_forecast(context, &scan.forecast)?;
    print_warnings(context, scan)
}

fn print_anomaly(context: &mut Context, anomaly: &Anomaly) -> Result<(), Failure> {
    let state = match anomaly.state {
        Standing::New => "new",
        Standing::Ongoing => "ongoing",
        Standing::Recovered => "recovered",
        Standing::NewNormal => "new normal",
    };
    let style = match anomaly.state {
        Standing::New | Standing::Ongoing => Style::new().fg_color(Some(AnsiColor::Red.into())),
        _ => Style::new(),
    };
    let key = wrap(&clip::line(&anomaly.key), 24, 24);
    let state = context.paint(style, &format!("{state:<10}"));
    writeln!(context.out, "{}  {state}  {key}", anomaly.date)?;
    let days = if anomaly.days == 1 {
        String::new()
    } else {
        format!(" over {} days to {}", anomaly.days, anomaly.last)
    };
    let percent = anomaly
        .impact_percent
        .map(|percent| format!(" ({percent:+.0} %)"))
        .unwrap_or_default();
    let expected = match anomaly.kind {
        Kind::NewSpend => format!("new spend; {} in all", money(anomaly.impact, None)),
        Kind::Excess => format!(
            "expected {} ({} to {}); {} too much{percent}",
            money(anomaly.expected, None),
            money(anomaly.low, None),
            money(anomaly.high, None),
            money(anomaly.impact, None)
        ),
    };
    let mut text = format!(
        "cost {}, {expected}{days}; score {:.1}",
        money(anomaly.actual, None),
        anomaly.score
    );
    if anomaly.provisional {
        text.push_str("; the last day may still grow");
    }
    writeln!(context.out, "    {}", wrap(&text, 4, 4))?;
    for part in anomaly.parts.iter().take(3) {
        let amount = money(part.excess, None);
        let sign = if part.excess >= 0.0 { "+" } else { "" };
        let text = format!("{sign}{amount} {}", clip::line(&part.key));
        writeln!(context.out, "      {}", wrap(&text, 6, 8))?;
    }
    writeln!(context.out, "    {}", sparkline(&anomaly.history))?;
    Ok(())
}

fn print_forecast(context: &mut Context, all: &[Forecast]) -> Result<(), Failure> {
    let Some(first) = all.first() else {
        return Ok(());
    };
    let mut by_size: Vec<&Forecast> = all.iter().collect();
    by_size.sort_by(|a, b| b.p50.total_cmp(&a.p50));
    let largest: BTreeSet<&str> = by_size
        .iter()
        .take(FORECASTS)
        .map(|one| one.key.as_str())
        .collect();
    let title = context.paint(
        Style::new().bold(),
        &format!("Forecast for {}", first.month),
    );
    writeln!(context.out, "\n{title}")?;
    writeln!(
        context.out,
        "{:<22}{:>13}{:>13}{:>13}{:>13}{:>6}",
        "key", "p10", "p50", "p90", "budget", "over"
    )?;
    let mut left = 0;
    for one in all {
        if one.budget.is_none() && one.key != TOTAL && !largest.contains(one.key.as_str()) {
            left += 1;
            continue;
        }
        let budget = one
            .budget
            .map(|budget| money(budget, None))
            .unwrap_or_default();
        let over = one
            .breach_probability
            .map(|share| format!("{:.0} %", 100.0 * share))
            .unwrap_or_default();
        let row = format!(
            "{}{:>13}{:>13}{:>13}{budget:>13}{over:>6}",
            clip::pad(&shorter(&clip::line(&one.key), 21), 22),
            money(one.p10, None),
            money(one.p50, None),
            money(one.p90, None),
        );
        writeln!(context.out, "{}", row.trim_end())?;
        if let Some(day) = one.crossing {
            writeln!(context.out, "  passes its budget around {day}")?;
        }
    }
    if left > 0 {
        writeln!(
            context.out,
            "… and {left} more keys (--format json has all)"
        )?;
    }
    Ok(())
}

/// The end of a key, which says more than its beginning, in at most so many columns.
fn shorter(key: &str, columns: usize) -> String {
    if clip::width(key) <= columns {
        return key.to_owned();
    }
    let mut kept = String::new();
    for letter in key.chars().rev() {
        if clip::width(&kept) + 3 > columns {
            break;
        }
        kept.insert(0, letter);
    }
    format!("…{kept}")
}

fn print_warnings(context: &mut Context, scan: &afterhours_cost::Scan) -> Result<(), Failure> {
    if scan.warnings.is_empty() {
        return Ok(());
    }
    writeln!(
        context.out,
        "\n{}",
        context.paint(Style::new().bold(), "Warnings")
    )?;
    let mut printed: BTreeMap<&str, usize> = BTreeMap::new();
    for warning in &scan.warnings {
        let count = printed.entry(&warning.code).or_default();
        *count += 1;
        if *count > WARNINGS {
            continue;
        }
        let key = warning
            .key
            .as_deref()
            .map(|key| format!("{key}: "))
            .unwrap_or_default();
        let text = format!("{key}{}", warning.message);
        writeln!(context.out, "- {}", wrap(&text, 2, 2))?;
    }
    for (code, count) in printed {
        if count > WARNINGS {
            let more = count - WARNINGS;
            writeln!(
                context.out,
                "- … and {more} more of `{code}` (--format json has all)"
            )?;
        }
    }
    Ok(())
}

const _: () = assert!(
    COLUMNS == 80,
    "the tables of this command are laid out for 80 columns"
);
