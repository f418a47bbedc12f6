//! EC2 Auto Scaling.

use std::collections::BTreeSet;

use afterhours_core::model::{Group, GroupSize};
use afterhours_ports::{Groups, PortResult};
use async_trait::async_trait;

use super::FakeAws;
use crate::CallKind::Mutate;

/// `DescribeAutoScalingGroups` and `DescribePolicies` give at most 100 a page.
const PAGE: usize = 100;

#[async_trait]
impl Groups for FakeAws {
    async fn list(&self) -> PortResult<Vec<Group>> {
        let mut world = self.world();
        let mut groups: Vec<Group> = world.groups.values().cloned().collect();
        world.pages("autoscaling:DescribeAutoScalingGroups", groups.len(), PAGE)?;
        let policies = groups
            .iter()
            .flat_map(|group| group.policies.iter().flatten())
            .count();
        if let Err(error) = world.pages("autoscaling:DescribePolicies", policies, PAGE) {
            for group in &mut groups {
                group.policies = Err(error.to_string());
            }
        }
        Ok(groups)
    }

    async fn update_size(&self, name: &str, size: GroupSize) -> PortResult<()> {
        let action = "autoscaling:UpdateAutoScalingGroup";
        self.world()
            .call(Mutate, action, name, |world| world.update_size(name, size))
    }

    async fn suspend(&self, name: &str, processes: &BTreeSet<String>) -> PortResult<()> {
        let action = "autoscaling:SuspendProcesses";
        self.world()
            .call(Mutate, action, name, |world| world.suspend(name, processes))
    }

    async fn resume(&self, name: &str, processes: &BTreeSet<String>) -> PortResult<()> {
        let action = "autoscaling:ResumeProcesses";
        self.world()
            .call(Mutate, action, name, |world| world.resume(name, processes))
    }
}
