//! The report of a night: a [`Night`] goes in, one self-contained HTML page comes out.
//!
//! The page asks nothing of anybody: no script, no font, no image, no request. The document is kept beside it as JSON, so
//! that it can be rendered again. Nothing here reads a clock, a file or the environment.

mod html;
mod night;

pub use afterhours_core::alert::Severity;
pub use html::html;
pub use night::{
    Anomaly, AnomalyState, Attribute, Check, CheckStatus, Claim, ClaimKind, Class, Cost, CostDay,
    Coverage, DaySaved, Drift, Explained, Failure, Finding, Forecast, Gap, Health, Hole, Incident,
    Looked, Money, Night, OpenItem, Part, Phase, PriceSource, Saved, Savings, Scope, Seen, Series,
    Sleeper, Sleepers, State, StateRead, Unreadable, VERSION, WithoutPrice, Worth,
};
