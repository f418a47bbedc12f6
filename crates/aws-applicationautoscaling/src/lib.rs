//! Application Auto Scaling of endpoint variants behind its port.

mod definition;
mod read;

use std::collections::BTreeMap;

use afterhours_aws::{Answer, Aws, Pace, Pages, RawBody, Service, port_error};
use afterhours_core::model::{EndpointPolicy, ScalableTarget};
use afterhours_ports::{ApplicationScaling, ErrorClass, PortError, PortResult};
use async_trait::async_trait;
use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{
    PolicyType, ScalableDimension, ServiceNamespace, SuspendedState,
};

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[
    DEREGISTER,
    DESCRIBE_ACTIONS,
    DESCRIBE_POLICIES,
    DESCRIBE_TARGETS,
    PUT_POLICY,
    REGISTER,
];

const DEREGISTER: &str = "application-autoscaling:DeregisterScalableTarget";
const DESCRIBE_ACTIONS: &str = "application-autoscaling:DescribeScheduledActions";
const DESCRIBE_POLICIES: &str = "application-autoscaling:DescribeScalingPolicies";
const DESCRIBE_TARGETS: &str = "application-autoscaling:DescribeScalableTargets";
const PUT_POLICY: &str = "application-autoscaling:PutScalingPolicy";
const REGISTER: &str = "application-autoscaling:RegisterScalableTarget";

/// The only namespace that is looked at.
const NAMESPACE: ServiceNamespace = ServiceNamespace::Sagemaker;
/// Targets or scheduled actions of one page ("between 1 and 50"
/// (<https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html>)).
const PAGE: i32 = 50;
/// Policies of one page ("between 1 and 10"
/// (<https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingPolicies.html>)).
const POLICY_PAGE: i32 = 10;

/// The scalable targets, policies and scheduled actions of one account and region.
#[derive(Debug, Clone)]
pub struct SagemakerScaling {
    client: Client,
    pace: Pace,
}

impl SagemakerScaling {
    /// Everything of the namespace `sagemaker`, at this pace.
    pub fn new(aws: &Aws, pace: Pace) -> Self {
        Self {
            client: Client::new(&aws.config(Service::ApplicationAutoScaling)),
            pace,
        }
    }
}

#[async_trait]
impl ApplicationScaling for SagemakerScaling {
    async fn targets(&self) -> PortResult<Vec<ScalableTarget>> {
        let fields = Answer::of(DESCRIBE_TARGETS);
        let mut targets = Vec::new();
        let mut pages = Pages::new(DESCRIBE_TARGETS);
        let mut token = None;
        loop {
            self.pace.wait().await;
            let raw = RawBody::new();
            let answer = self
                .client
                .describe_scalable_targets()
                .service_namespace(NAMESPACE)
                .max_results(PAGE)
                .set_next_token(token)
                .customize()
                .interceptor(raw.clone())
                .send()
                .await
                .map_err(|error| port_error(DESCRIBE_TARGETS, error))?;
            read::capacities_given(fields, &raw.take())?;
            for target in answer.scalable_targets() {
                targets.push(read::target(fields, target)?);
            }
            token = pages.next(answer.next_token(), answer.scalable_targets().len())?;
            if token.is_none() {
                return Ok(targets);
            }
        }
    }

    async fn policies(&self) -> PortResult<Vec<EndpointPolicy>> {
        let fields = Answer::of(DESCRIBE_POLICIES);
        let mut policies = Vec::new();
        let mut pages = Pages::new(DESCRIBE_POLICIES);
        let mut token = None;
        loop {
            self.pace.wait().await;
            let raw = RawBody::new();
            let answer = self
                .client
                .describe_scaling_policies()
                .service_namespace(NAMESPACE)
                .max_results(POLICY_PAGE)
                .set_next_token(token)
                .customize()
                .interceptor(raw.clone())
                .send()
                .await
                .map_err(|error| port_error(DESCRIBE_POLICIES, error))?;
            let before = policies.len();
            policies.extend(read::policies(fields, &raw.take())?);
            token = pages.next(answer.next_token(), policies.len() - before)?;
            if token.is_none() {
                return Ok(policies);
            }
        }
    }

    async fn scheduled_actions(&self) -> PortResult<BTreeMap<String, Vec<String>>> {
        let fields = Answer::of(DESCRIBE_ACTIONS);
        let mut actions = BTreeMap::<String, Vec<String>>::new();
        let mut pages = Pages::new(DESCRIBE_ACTIONS);
        let mut token = None;
        loop {
            self.pace.wait().await;
            let request = self
                .client
                .describe_scheduled_actions()
                .service_namespace(NAMESPACE)
                .max_results(PAGE)
                .set_next_token(token);
            let answer = request
                .send()
                .await
                .map_err(|error| port_error(DESCRIBE_ACTIONS, error))?;
            for action in answer.scheduled_actions() {
                let resource = fields.text("ResourceId", Some(action.resource_id()))?;
                let name =
                    fields.text("ScheduledActionName", Some(action.scheduled_action_name()))?;
                actions.entry(resource).or_default().push(name);
            }
            token = pages.next(answer.next_token(), answer.scheduled_actions().len())?;
            if token.is_none() {
                return Ok(actions);
            }
        }
    }

    async fn register(&self, target: &ScalableTarget) -> PortResult<()> {
        let suspended = SuspendedState::builder()
            .dynamic_scaling_in_suspended(target.suspended.scale_in)
            .dynamic_scaling_out_suspended(target.suspended.scale_out)
            .scheduled_scaling_suspended(target.suspended.scheduled)
            .build();
        let role = target
            .role_arn
            .clone()
            .filter(|role| !is_service_linked(role));
        let request = self
            .client
            .register_scalable_target()
            .service_namespace(NAMESPACE)
            .resource_id(&target.resource_id)
            .scalable_dimension(dimension(&target.dimension))
            .min_capacity(capacity("MinCapacity", target.min)?)
            .max_capacity(capacity("MaxCapacity", target.max)?)
            .set_role_arn(role)
            .suspended_state(suspended);
        self.pace.wait().await;
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(REGISTER, error))
    }

    async fn deregister(&self, resource_id: &str, dimension_name: &str) -> PortResult<()> {
        self.pace.wait().await;
        let request = self
            .client
            .deregister_scalable_target()
            .service_namespace(NAMESPACE)
            .resource_id(resource_id)
            .scalable_dimension(dimension(dimension_name));
        match request
            .send()
            .await
            .map_err(|error| port_error(DEREGISTER, error))
        {
            Err(error) if error.class != ErrorClass::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    async fn put_policy(&self, policy: &EndpointPolicy) -> PortResult<()> {
        let definition = policy
            .definition
            .as_ref()
            .map_err(|reason| refused(policy, reason))?;
        let configuration =
            definition::parse(definition).map_err(|reason| refused(policy, &reason))?;
        let request = self
            .client
            .put_scaling_policy()
            .policy_name(&policy.name)
            .service_namespace(NAMESPACE)
            .resource_id(&policy.resource_id)
            .scalable_dimension(dimension(&policy.dimension))
            .policy_type(PolicyType::TargetTrackingScaling)
            .target_tracking_scaling_policy_configuration(configuration);
        self.pace.wait().await;
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(PUT_POLICY, error))
    }
}

fn dimension(name: &str) -> ScalableDimension {
    ScalableDimension::from(name)
}

/// Such a role "defaults to the service-linked role and cannot be changed"
/// (<https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html>, `RoleARN`).
fn is_service_linked(role: &str) -> bool {
    role.contains(":role/aws-service-role/")
}

fn capacity(field: &str, value: u32) -> PortResult<i32> {
    i32::try_from(value).map_err(|_| {
        invalid(
            REGISTER,
            format!("`{field}` is {value}; accepted: at most {}", i32::MAX),
        )
    })
}

fn refused(policy: &EndpointPolicy, reason: &str) -> PortError {
    invalid(
        PUT_POLICY,
        format!("policy {:?} cannot be made again: {reason}", policy.name),
    )
}

fn invalid(action: &str, message: String) -> PortError {
    PortError {
        class: ErrorClass::Invalid,
        action: action.to_owned(),
        code: String::new(),
        message,
    }
}
