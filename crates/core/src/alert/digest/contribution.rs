//! What other functions have to say in the digest.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::alert::clip;
use crate::alert::envelope::Severity;

/// Key in the state bucket under which the drift watcher leaves its contribution.
pub const DRIFT_KEY: &str = "drift/digest.json";
/// Key in the state bucket under which the budget watcher leaves its contribution.
pub const BUDGET_KEY: &str = "budget/digest.json";
/// From this age on a contribution is said to be old: daily runs are 24 hours apart.
const OLD: SignedDuration = SignedDuration::from_hours(36);

/// What another function has to say; one JSON object, written anew by each of its runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contribution {
    /// Always 1.
    pub version: u32,
    /// Whose it is: `Drift`, `Cost`. It heads the section.
    pub heading: String,
    /// When it was written.
    pub at: Timestamp,
    /// How it stands, in a few words: `2 open, 98.7 % of 152 looked at`.
    pub standing: String,
    /// What is open, worst first.
    pub open: Vec<Remark>,
}

/// One thing that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about: an address, a cost series.
    pub about: String,
    /// What is the matter, in a sentence.
    pub what: String,
}

impl Contribution {
    /// Reads the object.
    ///
    /// # Errors
    /// It is no JSON of this shape.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// Writes the object.
    pub fn to_json(&self) -> Vec<u8> {
        // Texts and instants have no way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Whether it is too old to stand for this morning.
    pub fn is_old(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) > OLD
    }

    /// The worst of what is open; none where nothing is.
    pub fn worst(&self) -> Option<Severity> {
        self.open.iter().map(|remark| remark.severity).max()
    }

    /// At most `keep` remarks, the worst ones, with texts of at most `text` characters; the standing says how many there
    /// are.
    pub(super) fn shrink(&mut self, keep: usize, text: usize) {
        self.open.truncate(keep);
        self.standing = clip::chars(&self.standing, text);
        for remark in &mut self.open {
            remark.about = clip::chars(&remark.about, text);
            remark.what = clip::chars(&remark.what, text);
        }
    }

    /// In one line, for texts.
    pub(super) fn line(&self) -> String {
        format!(
            "{}: {}",
            clip::line(&self.heading),
            clip::line(&self.standing)
        )
    }
}
