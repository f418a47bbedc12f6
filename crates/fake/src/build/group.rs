//! Groups for tests.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_core::model::{Group, GroupPolicy, GroupSize, PolicyKind};

use crate::World;

/// Makes an Auto Scaling group; [`GroupBuilder::add`] ends it.
#[derive(Debug)]
#[must_use = "a builder does nothing until `add`"]
pub struct GroupBuilder<'a> {
    world: &'a mut World,
    group: Group,
}

impl World {
    /// Starts a group of size 1/1/1 that is created now.
    pub fn group(&mut self, name: &str) -> GroupBuilder<'_> {
        let group = Group {
            name: name.to_owned(),
            arn: self.new_group_arn(name),
            created_at: self.now(),
            tags: BTreeMap::new(),
            size: GroupSize {
                min: 1,
                desired: 1,
                max: 1,
            },
            suspended: BTreeSet::new(),
            policies: Ok(Vec::new()),
            instances: Vec::new(),
            warm_pool: false,
            operator: None,
            deleting: false,
        };
        GroupBuilder { world: self, group }
    }
}

impl GroupBuilder<'_> {
    /// Minimum, desired and maximum.
    pub fn size(mut self, min: u32, desired: u32, max: u32) -> Self {
        self.group.size = GroupSize { min, desired, max };
        self
    }

    /// A tag.
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.group.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// A scaling policy that is enabled.
    pub fn policy(self, name: &str, kind: PolicyKind) -> Self {
        self.push_policy(name, kind, true)
    }

    /// A scaling policy that is disabled.
    pub fn disabled_policy(self, name: &str, kind: PolicyKind) -> Self {
        self.push_policy(name, kind, false)
    }

    fn push_policy(mut self, name: &str, kind: PolicyKind, enabled: bool) -> Self {
        if let Ok(policies) = &mut self.group.policies {
            policies.push(GroupPolicy {
                name: name.to_owned(),
                kind,
                enabled,
            });
        }
        self
    }

    /// A process that somebody suspended before, such as `AZRebalance`.
    pub fn suspended(mut self, process: &str) -> Self {
        self.group.suspended.insert(process.to_owned());
        self
    }

    /// With a warm pool.
    pub fn warm_pool(mut self) -> Self {
        self.group.warm_pool = true;
        self
    }

    /// Puts the group into the world, with its instances in service.
    pub fn add(self) {
        let name = self.group.name.clone();
        self.world.groups.insert(name.clone(), self.group);
        self.world.settle_group(&name);
    }
}
