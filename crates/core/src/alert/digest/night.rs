//! What happened in a night.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::contribution::Contribution;
use crate::alert::clip;
use crate::alert::envelope::Scope;

/// What happened in one scope between an evening and a morning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Night {
    /// Where.
    pub scope: Scope,
    /// Beginning of the night.
    pub from: Timestamp,
    /// End of the night.
    pub to: Timestamp,
    /// IANA name of the zone in which times are shown, such as `Europe/Berlin`; UTC where it is not known.
    pub zone: String,
    /// What went to sleep.
    #[serde(default)]
    pub slept: Vec<Slept>,
    /// What woke.
    #[serde(default)]
    pub woke: Vec<Woke>,
    /// What a lease kept awake.
    #[serde(default)]
    pub kept_awake: Vec<KeptAwake>,
    /// What did not work.
    #[serde(default)]
    pub failed: Vec<Failed>,
    /// What sleeps and costs money all the same.
    #[serde(default)]
    pub still_billing: Vec<StillBilling>,
    /// What wants attention.
    #[serde(default)]
    pub open: Vec<Open>,
    /// The kill switch, when it is on.
    #[serde(default)]
    pub paused: Option<Paused>,
    /// What the other functions have to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contributions: Vec<Contribution>,
    /// Calls made to AWS, when counted.
    #[serde(default)]
    pub calls: Option<Calls>,
    /// Rows that were left out because the message would have been too large; zeros when the lists are whole.
    #[serde(default, skip_serializing_if = "Omitted::is_none")]
    pub omitted: Omitted,
}

/// A sleeper that went to sleep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slept {
    /// Its name.
    pub target: String,
    /// What it is, such as `asg` or `endpoint`.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// What it was, such as `2/4/6`.
    pub from: String,
}

/// A sleeper that woke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Woke {
    /// Its name.
    pub target: String,
    /// What it is.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// What it is again, such as `2/4/6`.
    pub to: String,
}

/// A sleeper that a lease kept awake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptAwake {
    /// Its name.
    pub target: String,
    /// Until when the lease holds.
    pub until: Timestamp,
    /// How many instances the lease asks for, if it says.
    #[serde(default)]
    pub count: Option<u32>,
    /// Why, as given by the person.
    #[serde(default)]
    pub reason: Option<String>,
    /// Who, as given by the person.
    #[serde(default)]
    pub owner: Option<String>,
    /// Whether the owner was proved. Labels of payloads never are.
    #[serde(default)]
    pub verified: bool,
}

/// Something that did not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// Name of the sleeper.
    pub target: String,
    /// What it is.
    pub kind: String,
    /// When it was tried last.
    pub at: Timestamp,
    /// What was tried: `sleep`, `wake` or a call name.
    pub action: String,
    /// The error, as AWS gave it.
    pub error: String,
    /// Whether it still fails at the end of the night.
    pub still_failing: bool,
}

/// A sleeper that sleeps and costs money all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StillBilling {
    /// Its name.
    pub target: String,
    /// What still costs.
    pub note: String,
}

/// Something that wants attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// Name of the sleeper, or of the scope.
    pub target: String,
    /// What is the matter.
    pub what: String,
    /// Since when.
    pub since: Timestamp,
}

/// The kill switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paused {
    /// Since when.
    pub since: Timestamp,
    /// Who, as given by the person.
    #[serde(default)]
    pub by: Option<String>,
    /// Why, as given by the person.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Calls made to AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// Describe, List and Get calls.
    pub reads: u64,
    /// Calls that change something.
    pub mutations: u64,
}

/// How many rows of each list were left out to make a night fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Omitted {
    /// Of `slept`.
    pub slept: usize,
    /// Of `woke`.
    pub woke: usize,
    /// Of `kept_awake`.
    pub kept_awake: usize,
    /// Of `failed`, only those that no longer fail.
    pub recovered: usize,
    /// Of `still_billing`.
    pub still_billing: usize,
}

impl Omitted {
    /// Whether nothing was left out.
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Night {
    /// Failures that still fail, those of a wake first: a sleeper that did not wake is what people wait for.
    pub(super) fn failing(&self) -> Vec<&Failed> {
        let mut failing: Vec<_> = self
            .failed
            .iter()
            .filter(|failed| failed.still_failing)
            .collect();
        failing.sort_by_key(|failed| !failed.is_wake());
        failing
    }

    /// `6 slept, 1 kept awake, 6 woke, 0 failed`.
    pub(super) fn counts(&self) -> String {
        let left = self.omitted;
        let failing = self.failing().len();
        let failed = self.failed.len() + left.recovered;
        let still = match failing {
            0 => String::new(),
            n if n == failed => " (still failing)".to_owned(),
            n => format!(" ({n} still failing)"),
        };
        format!(
            "{} slept, {} kept awake, {} woke, {failed} failed{still}",
            self.slept.len() + left.slept,
            self.kept_awake.len() + left.kept_awake,
            self.woke.len() + left.woke,
        )
    }

    /// The night with at most `keep` rows in each list that can be spared, the rest counted in `omitted`.
    /// What still fails and what is open stay, their texts cut to `text` characters.
    pub(in crate::alert) fn shrink(mut self, keep: usize, text: usize) -> Self {
        let spare = |len: usize| len.saturating_sub(keep);
        self.omitted.slept += spare(self.slept.len());
        self.slept.truncate(keep);
        self.omitted.woke += spare(self.woke.len());
        self.woke.truncate(keep);
        self.omitted.kept_awake += spare(self.kept_awake.len());
        self.kept_awake.truncate(keep);
        self.omitted.still_billing += spare(self.still_billing.len());
        self.still_billing.truncate(keep);
        let (mut failing, mut recovered): (Vec<_>, Vec<_>) = self
            .failed
            .into_iter()
            .partition(|failed| failed.still_failing);
        self.omitted.recovered += spare(recovered.len());
        recovered.truncate(keep);
        failing.append(&mut recovered);
        self.failed = failing;
        for failed in &mut self.failed {
            failed.error = clip::chars(&failed.error, text);
        }
        for open in &mut self.open {
            open.what = clip::chars(&open.what, text);
        }
        for contribution in &mut self.contributions {
            contribution.shrink(keep, text);
        }
        self
    }
}

impl Failed {
    /// The action on one line.
    pub(super) fn verb(&self) -> String {
        let action = clip::line(&self.action);
        if action.is_empty() {
            "act".to_owned()
        } else {
            action
        }
    }

    fn is_wake(&self) -> bool {
        self.action.eq_ignore_ascii_case("wake")
    }
}
