//! The only clock of the tool.

use jiff::Timestamp;

/// The instant at which a command without `--at` or `--now` decides, in whole seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the tool is a shell: it owns the clock that the core is given"
)]
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
