//! Application Auto Scaling: scalable targets, policies and scheduled actions.
//!
//! moto 5.2.5 replaces `SuspendedState` whole by an update that names one switch, reports neither a role nor the unnamed
//! switches, keeps the policies of a deregistered target, registers targets of endpoints that are not there, never moves a
//! capacity into the registered range, and does not see the endpoints that the proxy keeps. That AWS keeps a switch which
//! an update leaves out is read from the sentence below; the reference does not say it of the parts of `SuspendedState`.
//!
//! Sources: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html> ("any parameters
//! that you don't specify are not changed by this update request"; a capacity outside of the range is moved into it, "even if
//! you don't include the MinCapacity or MaxCapacity request parameters"), `API_DeregisterScalableTarget` ("deletes the scaling
//! policies and scheduled actions that are associated with it").

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::call::Call;
use super::super::reply::AwsError;
use super::sagemaker::SageMaker;
use super::{ACCOUNT, now, pages, required};

type Result = std::result::Result<Value, AwsError>;
/// Namespace, resource id and dimension.
type Key = (String, String, String);

/// What is registered in one region; each is kept as the Describe calls give it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scaling {
    targets: BTreeMap<Key, Map<String, Value>>,
    policies: BTreeMap<(Key, String), Map<String, Value>>,
    scheduled: BTreeMap<(Key, String), Map<String, Value>>,
    numbers: u64,
}

/// Answers every operation of the service.
pub(crate) fn handle(state: &mut Scaling, sagemaker: &mut SageMaker, call: &Call) -> Result {
    match call.operation.as_str() {
        "RegisterScalableTarget" => state.register(sagemaker, call),
        "DeregisterScalableTarget" => state.deregister(call),
        "DescribeScalableTargets" => {
            let ids: Vec<&Value> = call.input["ResourceIds"]
                .as_array()
                .into_iter()
                .flatten()
                .collect();
            let items = state.targets.values().filter(|item| {
                selected(call, item, "ResourceId", None)
                    && (ids.is_empty() || ids.iter().any(|id| item.get("ResourceId") == Some(*id)))
            });
            pages::page(
                call,
                "ScalableTargets",
                items.cloned().map(Value::Object).collect(),
                50,
            )
        }
        "PutScalingPolicy" => state.put_policy(call),
        "DeleteScalingPolicy" => {
            let name = (key(call)?, required(call, "PolicyName")?.to_owned());
            state
                .policies
                .remove(&name)
                .map(|_| json!({}))
                .ok_or_else(|| not_found("scaling policy"))
        }
        "DescribeScalingPolicies" => {
            let items = state
                .policies
                .values()
                .filter(|item| selected(call, item, "PolicyName", Some("PolicyNames")));
            pages::page(
                call,
                "ScalingPolicies",
                items.cloned().map(Value::Object).collect(),
                50,
            )
        }
        "PutScheduledAction" => state.put_scheduled(call),
        "DeleteScheduledAction" => {
            let name = (
                key(call)?,
                required(call, "ScheduledActionName")?.to_owned(),
            );
            state
                .scheduled
                .remove(&name)
                .map(|_| json!({}))
                .ok_or_else(|| not_found("scheduled action"))
        }
        "DescribeScheduledActions" => {
            let items = state.scheduled.values().filter(|item| {
                selected(
                    call,
                    item,
                    "ScheduledActionName",
                    Some("ScheduledActionNames"),
                )
            });
            pages::page(
                call,
                "ScheduledActions",
                items.cloned().map(Value::Object).collect(),
                50,
            )
        }
        "DescribeScalingActivities" => Ok(json!({"ScalingActivities": []})),
        "ListTagsForResource" => Ok(json!({"Tags": {}})),
        other => Err(AwsError::new(
            "UnknownOperationException",
            format!("the local AWS does not know {other} of Application Auto Scaling"),
        )),
    }
}

fn key(call: &Call) -> std::result::Result<Key, AwsError> {
    Ok((
        required(call, "ServiceNamespace")?.to_owned(),
        required(call, "ResourceId")?.to_owned(),
        required(call, "ScalableDimension")?.to_owned(),
    ))
}

fn not_found(what: &str) -> AwsError {
    AwsError::new(
        "ObjectNotFoundException",
        format!(
            "No {what} found for the given service namespace, resource ID, and scalable dimension"
        ),
    )
}

/// Whether an item passes namespace, resource, dimension and names of a Describe call.
fn selected(call: &Call, item: &Map<String, Value>, name: &str, names: Option<&str>) -> bool {
    let same = ["ServiceNamespace", "ResourceId", "ScalableDimension"]
        .iter()
        .all(|field| {
            call.input
                .get(*field)
                .is_none_or(|wanted| item.get(*field) == Some(wanted))
        });
    let wanted: Vec<&Value> = names
        .and_then(|names| call.input.get(names)?.as_array())
        .into_iter()
        .flatten()
        .collect();
    same && (wanted.is_empty() || wanted.iter().any(|wanted| item.get(name) == Some(*wanted)))
}

impl Scaling {
    fn id(&mut self) -> String {
        self.numbers += 1;
        format!("00000000-0000-4000-9000-{:012x}", self.numbers)
    }

    fn register(&mut self, sagemaker: &mut SageMaker, call: &Call) -> Result {
        let key = key(call)?;
        let variant = variant(&key);
        if let Some((endpoint, name)) = &variant
            && !sagemaker.has_variant(endpoint, name)
        {
            return Err(AwsError::new(
                "ValidationException",
                format!(
                    "No SageMaker endpoint variant found for the resource ID: {}",
                    key.1
                ),
            ));
        }
        let former = self.targets.get(&key).cloned();
        let is_new = former.is_none();
        let id = self.id();
        let mut target = former.unwrap_or_else(|| {
            let mut target = Map::new();
            target.insert("ServiceNamespace".to_owned(), Value::from(key.0.as_str()));
            target.insert("ResourceId".to_owned(), Value::from(key.1.as_str()));
            target.insert("ScalableDimension".to_owned(), Value::from(key.2.as_str()));
            target.insert("RoleARN".to_owned(), Value::from(role(&key.0)));
            target.insert("CreationTime".to_owned(), Value::from(now()));
            let arn = format!(
                "arn:aws:application-autoscaling:{}:{ACCOUNT}:scalable-target/{id}",
                call.region
            );
            target.insert("ScalableTargetARN".to_owned(), Value::from(arn));
            target.insert(
                "SuspendedState".to_owned(),
                suspended(&json!({}), &json!({})),
            );
            target
        });
        for field in ["MinCapacity", "MaxCapacity", "RoleARN"] {
            if let Some(value) = call.input.get(field).filter(|value| !value.is_null()) {
                target.insert(field.to_owned(), value.clone());
            } else if is_new && field != "RoleARN" {
                return Err(AwsError::new(
                    "ValidationException",
                    "MinCapacity and MaxCapacity are required for a new scalable target",
                ));
            }
        }
        if let Some(change) = call.input.get("SuspendedState") {
            let merged = suspended(target.get("SuspendedState").unwrap_or(&Value::Null), change);
            target.insert("SuspendedState".to_owned(), merged);
        }
        let bound = |field: &str| {
            target
                .get(field)
                .and_then(Value::as_i64)
                .unwrap_or_default()
        };
        let (min, max) = (bound("MinCapacity"), bound("MaxCapacity"));
        if min > max || min < 0 {
            return Err(AwsError::new(
                "ValidationException",
                "Maximum capacity cannot be less than minimum capacity",
            ));
        }
        if let Some((endpoint, name)) = &variant {
            sagemaker.clamp(endpoint, name, min, max);
        }
        let arn = target.get("ScalableTargetARN").cloned();
        self.targets.insert(key, target);
        Ok(json!({"ScalableTargetARN": arn}))
    }

    fn deregister(&mut self, call: &Call) -> Result {
        let key = key(call)?;
        self.targets
            .remove(&key)
            .ok_or_else(|| not_found("scalable target"))?;
        self.policies.retain(|(of, _), _| *of != key);
        self.scheduled.retain(|(of, _), _| *of != key);
        Ok(json!({}))
    }

    /// Drops all that belongs to resources whose id begins with `prefix`.
    pub(crate) fn forget_resource(&mut self, prefix: &str) {
        self.targets.retain(|key, _| !key.1.starts_with(prefix));
        self.policies
            .retain(|(key, _), _| !key.1.starts_with(prefix));
        self.scheduled
            .retain(|(key, _), _| !key.1.starts_with(prefix));
    }

    fn put_policy(&mut self, call: &Call) -> Result {
        let key = key(call)?;
        let name = required(call, "PolicyName")?.to_owned();
        if !self.targets.contains_key(&key) {
            return Err(not_found("scalable target"));
        }
        let former = self.policies.get(&(key.clone(), name.clone())).cloned();
        let id = self.id();
        let mut policy = call.input.as_object().cloned().unwrap_or_default();
        let kept = |field: &str, new: Value| {
            former
                .as_ref()
                .and_then(|former| former.get(field).cloned())
                .unwrap_or(new)
        };
        let arn = format!(
            "arn:aws:autoscaling:{}:{ACCOUNT}:scalingPolicy:{id}:resource/{}/{}:policyName/{name}",
            call.region, key.0, key.1
        );
        policy.insert("PolicyARN".to_owned(), kept("PolicyARN", Value::from(arn)));
        policy.insert(
            "CreationTime".to_owned(),
            kept("CreationTime", Value::from(now())),
        );
        policy
            .entry("PolicyType")
            .or_insert_with(|| Value::from("StepScaling"));
        let alarms = if policy
            .get("PolicyType")
            .is_some_and(|kind| kind == "TargetTrackingScaling")
        {
            // Target tracking makes a pair of alarms of its own.
            let alarms = ["AlarmHigh", "AlarmLow"].map(|side| {
                let alarm = format!("TargetTracking-{}-{side}-{id}", key.1);
                json!({"AlarmName": alarm, "AlarmARN": format!("arn:aws:cloudwatch:{}:{ACCOUNT}:alarm:{alarm}", call.region)})
            });
            Value::from(alarms.to_vec())
        } else {
            json!([])
        };
        policy.insert("Alarms".to_owned(), kept("Alarms", alarms));
        let output = json!({"PolicyARN": policy.get("PolicyARN"), "Alarms": policy.get("Alarms")});
        self.policies.insert((key, name), policy);
        Ok(output)
    }

    fn put_scheduled(&mut self, call: &Call) -> Result {
        let key = key(call)?;
        let name = required(call, "ScheduledActionName")?.to_owned();
        if !self.targets.contains_key(&key) {
            return Err(not_found("scalable target"));
        }
        let id = self.id();
        let former = self.scheduled.remove(&(key.clone(), name.clone()));
        let mut action = former.unwrap_or_else(|| {
            let mut action = Map::new();
            let arn = format!("arn:aws:autoscaling:{}:{ACCOUNT}:scheduledAction:{id}:resource/{}/{}:scheduledActionName/{name}", call.region, key.0, key.1);
            action.insert("ScheduledActionARN".to_owned(), Value::from(arn));
            action.insert("CreationTime".to_owned(), Value::from(now()));
            action
        });
        action.extend(call.input.as_object().cloned().unwrap_or_default());
        self.scheduled.insert((key, name), action);
        Ok(json!({}))
    }

    pub(crate) fn dump(&self) -> Value {
        json!({
            "targets": self.targets.values().collect::<Vec<_>>(),
            "policies": self.policies.values().collect::<Vec<_>>(),
            "scheduled_actions": self.scheduled.values().collect::<Vec<_>>(),
        })
    }
}

/// Endpoint and variant of a target that counts instances.
fn variant(key: &Key) -> Option<(String, String)> {
    if key.2 != "sagemaker:variant:DesiredInstanceCount" {
        return None;
    }
    let (endpoint, variant) = key.1.strip_prefix("endpoint/")?.split_once("/variant/")?;
    Some((endpoint.to_owned(), variant.to_owned()))
}

/// The three switches, each kept unless the change names it.
fn suspended(former: &Value, change: &Value) -> Value {
    let fields = [
        "DynamicScalingInSuspended",
        "DynamicScalingOutSuspended",
        "ScheduledScalingSuspended",
    ];
    let merged = fields.map(|field| {
        let value = change
            .get(field)
            .or_else(|| former.get(field))
            .and_then(Value::as_bool)
            .unwrap_or(false);
        (field.to_owned(), Value::from(value))
    });
    Value::Object(merged.into_iter().collect::<Map<_, _>>())
}

fn role(namespace: &str) -> String {
    let service = if namespace == "sagemaker" {
        "SageMakerEndpoint"
    } else {
        "Service"
    };
    format!(
        "arn:aws:iam::{ACCOUNT}:role/aws-service-role/{namespace}.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_{service}"
    )
}
