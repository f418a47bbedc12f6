//! `budget backtest`: how well the detector does beside other rules, on the built-in bill or one's own history.

use std::io::Write as _;
use std::path::PathBuf;

use afterhours_backtest::months::CUTS;
use afterhours_backtest::protocol::Result as Measured;
use afterhours_backtest::report::{self, Report};
use afterhours_cost::csv::Treatment;
use anstyle::Style;
use clap::Args;

use super::scan::table;
use crate::context::{Context, Failure, Format, Outcome};
use crate::render::wrap;

#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// Daily costs with the columns date, key and cost, at least 180 days [default: the built-in real bill].
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
}

impl Backtest {
    pub(super) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let report = match self.data {
            Some(file) => report::of(&table(&file, Treatment::default())?.series)?,
            None => report::reporting(&afterhours_backtest::data::bill()?)?,
        };
        if context.format == Format::Json {
            context.print_json(&report)?;
        } else {
            print(context, &report)?;
        }
        Ok(Outcome::Complete)
    }
}

fn print(context: &mut Context, report: &Report) -> Result<(), Failure> {
    let data = &report.data;
    let what = if data.reporting_split {
        "The bill of mybinder.org, on windows, seeds and months that the detector was not tuned on"
    } else {
        "Your history"
    };
    let head = format!(
        "{what}: {} series from {} to {}, {} windows of 180 days, {} events put in (spikes of 1 \
         and 3 days, steps, ramps of 10 days; +30, +60 and +150 %). Alerts on days without an \
         event count as false. Precision is for one event in 120 days per series.",
        data.series, data.first, data.last, data.windows, data.events
    );
    writeln!(context.out, "{}", wrap(&head, 0, 0))?;
    for (at, budget) in report::BUDGETS.iter().enumerate() {
        title(context, &format!("At {budget:.2} alerts per series-month"))?;
        columns(context)?;
        for row in &report.detectors {
            if let Some(result) = row.at_budgets.get(at) {
                line(context, row.detector, result)?;
            }
        }
    }
    title(context, "At the threshold that each is shipped with")?;
    columns(context)?;
    for row in &report.detectors {
        line(context, row.detector, &row.shipped)?;
    }
    title(context, "What must not be told of")?;
    writeln!(
        context.out,
        "{:<18}{:>20}{:>20}{:>20}",
        "detector", "month-start fees", "incomplete days", "complete days"
    )?;
    writeln!(
        context.out,
        "{:<18}{:>20}{:>20}{:>20}",
        "", "alerted", "called a drop", "called a drop"
    )?;
    for row in &report.detectors {
        writeln!(
            context.out,
            "{:<18}{:>18.1} %{:>18.1} %{:>18.1} %",
            row.detector,
            100.0 * row.month_start_fees.share(),
            100.0 * row.partial_day_drops.share(),
            100.0 * row.complete_day_drops.share()
        )?;
    }
    if report.forecast.iter().any(|errors| errors.forecasts > 0) {
        print_forecast(context, report)?;
    }
    Ok(())
}

fn title(context: &mut Context, text: &str) -> Result<(), Failure> {
    let text = context.paint(Style::new().bold(), text);
    writeln!(context.out, "\n{text}")?;
    Ok(())
}

fn columns(context: &mut Context) -> Result<(), Failure> {
    writeln!(
        context.out,
        "{:<18}{:>11}{:>9}{:>11}{:>8}{:>12}{:>11}",
        "detector", "threshold", "recall", "precision", "F1", "alerts/s-m", "delay, d"
    )?;
    Ok(())
}

fn line(context: &mut Context, name: &str, result: &Measured) -> Result<(), Failure> {
    writeln!(
        context.out,
        "{name:<18}{:>11.2}{:>9.3}{:>11.3}{:>8.3}{:>12.2}{:>11.2}",
        result.threshold,
        result.recall,
        result.precision,
        result.f1,
        result.alerts_per_series_month,
        result.delay_days
    )?;
    Ok(())
}

fn print_forecast(context: &mut Context, report: &Report) -> Result<(), Failure> {
    let text = format!(
        "Month's end, mean absolute error in per cent, {} months",
        report.data.months
    );
    title(context, &text)?;
    write!(context.out, "{:<18}", "made on day")?;
    for cut in CUTS {
        write!(context.out, "{cut:>7}")?;
    }
    writeln!(context.out, "{:>8}{:>12}", "mean", "in p10-p90")?;
    for errors in &report.forecast {
        write!(context.out, "{:<18}", errors.method)?;
        for error in errors.mape_by_cut {
            write!(context.out, "{error:>7.1}")?;
        }
        let coverage = errors
            .coverage
            .map(|share| format!("{:.0} %", 100.0 * share))
            .unwrap_or_default();
        let end = format!("{:>8.1}{coverage:>12}", errors.mape);
        writeln!(context.out, "{}", end.trim_end())?;
    }
    Ok(())
}
