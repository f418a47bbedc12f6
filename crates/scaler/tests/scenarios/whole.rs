//! Whole ticks: S67 to S71.
