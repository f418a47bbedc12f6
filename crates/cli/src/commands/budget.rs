//! `budget scan` and `budget backtest`: cost anomalies and forecasts, and how well they do.

mod backtest;
mod scan;

use clap::Subcommand;

use crate::context::{Context, Failure, Outcome};

/// What `budget` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Look for anomalies in daily costs, and forecast the month.
    Scan(scan::Scan),
    /// Measure the detector beside other rules: recall, precision, delay, alerts per month, forecast errors.
    Backtest(backtest::Backtest),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        match self {
            Self::Scan(scan) => scan.run(context),
            Self::Backtest(backtest) => backtest.run(context),
        }
    }
}
