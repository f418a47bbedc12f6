//! EC2 Auto Scaling behind the port of groups.

pub mod drift;
mod read;
pub mod running;
mod sizes;

use std::collections::{BTreeMap, BTreeSet};

use afterhours_aws::{Answer, Aws, Pace, Pages, RawBody, Service, port_error};
use afterhours_core::model::{Group, GroupPolicy, GroupSize};
use afterhours_ports::{ErrorClass, Groups, PortError, PortResult};
use async_trait::async_trait;
use aws_sdk_autoscaling::Client;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[DESCRIBE_GROUPS, DESCRIBE_POLICIES, RESUME, SUSPEND, UPDATE];

const DESCRIBE_GROUPS: &str = "autoscaling:DescribeAutoScalingGroups";
const DESCRIBE_POLICIES: &str = "autoscaling:DescribePolicies";
const RESUME: &str = "autoscaling:ResumeProcesses";
const SUSPEND: &str = "autoscaling:SuspendProcesses";
const UPDATE: &str = "autoscaling:UpdateAutoScalingGroup";

/// Groups or policies of one page (`MaxRecords`: "the maximum value is 100"
/// (<https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html>)).
const PAGE: i32 = 100;

/// The policies of each group, or why they could not be read.
type Policies = BTreeMap<String, Result<Vec<GroupPolicy>, String>>;

/// The groups of one account and region.
#[derive(Debug, Clone)]
pub struct AutoScalingGroups {
    client: Client,
    pace: Pace,
}

impl AutoScalingGroups {
    /// All operations share one bucket of requests on the side of AWS, hence one `pace`.
    pub fn new(aws: &Aws, pace: Pace) -> Self {
        Self {
            client: Client::new(&aws.config(Service::AutoScaling)),
            pace,
        }
    }

    /// Groups without their policies.
    async fn groups(&self) -> PortResult<Vec<Group>> {
        let mut groups = Vec::new();
        let mut pages = Pages::new(DESCRIBE_GROUPS);
        let mut token = None;
        loop {
            self.pace.wait().await;
            let raw = RawBody::new();
            let answer = self
                .client
                .describe_auto_scaling_groups()
                .max_records(PAGE)
                .set_next_token(token)
                .customize()
                .interceptor(raw.clone())
                .send()
                .await
                .map_err(|error| port_error(DESCRIBE_GROUPS, error))?;
            sizes::all_given(Answer::of(DESCRIBE_GROUPS), &raw.take())?;
            for group in answer.auto_scaling_groups() {
                groups.push(read::group(Answer::of(DESCRIBE_GROUPS), group)?);
            }
            token = pages.next(answer.next_token(), answer.auto_scaling_groups().len())?;
            if token.is_none() {
                return Ok(groups);
            }
        }
    }

    async fn policies(&self) -> PortResult<Policies> {
        let mut policies = Policies::new();
        let mut pages = Pages::new(DESCRIBE_POLICIES);
        let mut token = None;
        loop {
            self.pace.wait().await;
            let request = self
                .client
                .describe_policies()
                .max_records(PAGE)
                .set_next_token(token);
            let answer = request
                .send()
                .await
                .map_err(|error| port_error(DESCRIBE_POLICIES, error))?;
            for policy in answer.scaling_policies() {
                let fields = Answer::of(DESCRIBE_POLICIES);
                let group =
                    fields.text("AutoScalingGroupName", policy.auto_scaling_group_name())?;
                let of_group = policies.entry(group).or_insert_with(|| Ok(Vec::new()));
                match (of_group.as_mut(), read::policy(fields, policy)) {
                    (Ok(known), Ok(policy)) => known.push(policy),
                    (Ok(_), Err(error)) => *of_group = Err(error),
                    (Err(_), _) => {}
                }
            }
            token = pages.next(answer.next_token(), answer.scaling_policies().len())?;
            if token.is_none() {
                return Ok(policies);
            }
        }
    }
}

#[async_trait]
impl Groups for AutoScalingGroups {
    async fn list(&self) -> PortResult<Vec<Group>> {
        let (groups, policies) = futures_util::join!(self.groups(), self.policies());
        let mut groups = groups?;
        match policies {
            Ok(mut policies) => {
                for group in &mut groups {
                    group.policies = policies
                        .remove(&group.name)
                        .unwrap_or_else(|| Ok(Vec::new()));
                }
            }
            Err(error) => {
                for group in &mut groups {
                    group.policies = Err(error.to_string());
                }
            }
        }
        Ok(groups)
    }

    async fn update_size(&self, name: &str, size: GroupSize) -> PortResult<()> {
        let number = |field: &str, value: u32| {
            i32::try_from(value).map_err(|_| PortError {
                class: ErrorClass::Invalid,
                action: UPDATE.to_owned(),
                code: String::new(),
                message: format!("`{field}` is {value}; accepted: at most {}", i32::MAX),
            })
        };
        let request = self
            .client
            .update_auto_scaling_group()
            .auto_scaling_group_name(name)
            .min_size(number("MinSize", size.min)?)
            .desired_capacity(number("DesiredCapacity", size.desired)?)
            .max_size(number("MaxSize", size.max)?);
        self.pace.wait().await;
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(UPDATE, error))
    }

    async fn suspend(&self, name: &str, processes: &BTreeSet<String>) -> PortResult<()> {
        not_empty(SUSPEND, processes)?;
        self.pace.wait().await;
        let request = self
            .client
            .suspend_processes()
            .auto_scaling_group_name(name)
            .set_scaling_processes(Some(processes.iter().cloned().collect()));
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(SUSPEND, error))
    }

    async fn resume(&self, name: &str, processes: &BTreeSet<String>) -> PortResult<()> {
        not_empty(RESUME, processes)?;
        self.pace.wait().await;
        let request = self
            .client
            .resume_processes()
            .auto_scaling_group_name(name)
            .set_scaling_processes(Some(processes.iter().cloned().collect()));
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(RESUME, error))
    }
}

/// An empty list means every process to AWS
/// (<https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SuspendProcesses.html>).
fn not_empty(action: &str, processes: &BTreeSet<String>) -> PortResult<()> {
    if !processes.is_empty() {
        return Ok(());
    }
    Err(PortError {
        class: ErrorClass::Invalid,
        action: action.to_owned(),
        code: String::new(),
        message: "`ScalingProcesses` is empty, which would mean all; accepted: at least one"
            .to_owned(),
    })
}
