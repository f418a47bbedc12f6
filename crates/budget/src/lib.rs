//! The budget watcher: fetches costs, remembers them with the time of their fetch, and says when money goes where it
//! should not.
//!
//! A run is [`scan`]: fetch, look, tell what changed, remember. The hourly [`check`] asks nothing of Cost Explorer.

mod alerts;
mod analyse;
mod check;
pub mod completeness;
mod error;
mod fetch;
mod follow;
pub mod history;
mod join;
mod keep;
mod ledger;
mod prices;
mod records;
mod report;
mod watch;

pub use analyse::{Analysis, analyse};
pub use check::{Awake, CHECK_KEY, Checked, Outside as Awoken, Place, check, outside};
pub use error::BudgetError;
pub use fetch::{Fetch, REQUESTS_KEY, USD_PER_REQUEST, days_to_fetch};
pub use follow::BudgetLine;
pub use join::{causes, sleepers_of};
pub use ledger::{LEDGER_KEY, Ledger, Level, ToldBudget};
pub use prices::{Price, Prices, table};
pub use records::{RecordLine, kind_of};
pub use report::{IncidentLine, Report};
pub use watch::{Outside, REPORTS, Subject, Told, scan};
