//! The real bill that comes with the crate.

use afterhours_cost::Series;
use afterhours_cost::csv::{self, Treatment};

/// mybinder.org's bill, 2017-12-13 to 2019-10-15, in US dollars; see `data/README.md`.
pub const BILL: &str = include_str!("../data/mybinder.csv");

/// The series of the bill.
///
/// # Errors
/// Never for the file that comes with the crate.
pub fn bill() -> Result<Vec<Series>, csv::Error> {
    csv::read(BILL.as_bytes(), &Treatment::default()).map(|table| table.series)
}
