//! Auto Scaling groups.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Tags;

/// Minimum, desired and maximum size, in capacity units (instances, unless the group is weighted).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupSize {
    /// `MinSize`.
    pub min: u32,
    /// `DesiredCapacity`.
    pub desired: u32,
    /// `MaxSize`.
    pub max: u32,
}

impl GroupSize {
    /// Whether nothing may run: minimum and desired are both zero.
    pub const fn is_zero(self) -> bool {
        self.min == 0 && self.desired == 0
    }
}

impl fmt::Display for GroupSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.min, self.desired, self.max)
    }
}

/// How a scaling policy of a group acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    /// Simple, step or target tracking: driven by alarms, stopped by suspending `AlarmNotification`.
    Alarm,
    /// Predictive with mode `ForecastAndScale`: not driven by alarms.
    Predictive,
    /// Predictive with mode `ForecastOnly`: never changes the size.
    ForecastOnly,
}

/// One scaling policy of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPolicy {
    /// `PolicyName`.
    pub name: String,
    /// How it acts.
    pub kind: PolicyKind,
    /// `Enabled`.
    pub enabled: bool,
}

/// One instance of a group, as `DescribeAutoScalingGroups` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// `InstanceId`.
    pub id: String,
    /// `LifecycleState`, such as `InService` or `Terminating:Wait`.
    pub lifecycle: String,
    /// `ProtectedFromScaleIn`.
    pub protected: bool,
}

/// An Auto Scaling group as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `AutoScalingGroupName`.
    pub name: String,
    /// `AutoScalingGroupARN`; holds a UUID, so a group made anew under the same name has another.
    pub arn: String,
    /// `CreatedTime`.
    pub created_at: Timestamp,
    /// All tags of the group.
    pub tags: Tags,
    /// Its size.
    pub size: GroupSize,
    /// Names of suspended processes.
    pub suspended: BTreeSet<String>,
    /// Scaling policies; an error text where they could not be read.
    pub policies: Result<Vec<GroupPolicy>, String>,
    /// Instances that exist.
    pub instances: Vec<Instance>,
    /// Whether a warm pool is configured (`WarmPoolConfiguration`).
    pub warm_pool: bool,
    /// `Operator`: the service principal that alone may change the group.
    pub operator: Option<String>,
    /// `Status` is set while the group is being deleted.
    pub deleting: bool,
}

impl Group {
    /// Who else owns the size of this group, when somebody does.
    ///
    /// A managed node group's Auto Scaling group carries `eks:nodegroup-name`; of a group with an
    /// operator "only the designated operator can make changes to the group configuration"
    /// (API reference of `AutoScalingGroup`).
    pub fn owner(&self) -> Option<String> {
        if let Some(operator) = &self.operator {
            return Some(operator.clone());
        }
        let nodegroup = self.tags.get("eks:nodegroup-name")?;
        Some(format!("EKS node group {nodegroup:?}"))
    }
}
