//! The pure half of afterhours: no async, no AWS type, no clock, no environment, no I/O.
//!
//! Time comes in as an argument, so every decision can be replayed.

pub mod alert;
pub mod budget_command;
pub mod command;
pub mod config;
pub mod memory;
pub mod model;
pub mod plan;
pub mod schedule;
pub mod watch_command;
