//! Managed policies.

use afterhours_aws::{Answer, port_error};
use afterhours_diff::{Live, Wanted};
use afterhours_ports::{PortResult, hole};
use aws_sdk_iam::types::{ManagedPolicyDetail, Policy};
use futures_util::{StreamExt as _, stream};
use serde_json::{Map, Value, json};

use crate::calls::{Calls, DETAILS, GET_POLICY, GET_POLICY_VERSION};
use crate::document::decode;
use crate::origin::origin;
use crate::role::object;
use crate::{AT_ONCE, POLICY, calls};

/// From the sweep, which has the document in force and lacks the tags.
///
/// # Errors
/// The answer does not say which policy it is.
pub(crate) fn swept(wanted: &Wanted, detail: &ManagedPolicyDetail) -> PortResult<Live> {
    let answer = Answer::of(DETAILS);
    let arn = answer.text("Arn", detail.arn())?;
    let path = answer.text("Path", detail.path())?;
    let mut live = identity(&arn, &path);
    if wanted.names(POLICY, &arn) {
        put_document(&mut live, &effective(answer, detail));
    }
    Ok(live)
}

/// The document of the version that is in force.
fn effective(answer: Answer, detail: &ManagedPolicyDetail) -> PortResult<String> {
    let versions = detail.policy_version_list();
    let version = versions.iter().find(|version| version.is_default_version());
    let version = answer.required("PolicyVersionList: the default version", version)?;
    decode(answer, "Document", version.document())
}

fn identity(arn: &str, path: &str) -> Live {
    // `arn:aws:iam::111122223333:policy/path/name`
    // (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns).
    let name = arn.rsplit('/').next().unwrap_or(arn);
    Live {
        kind: POLICY,
        key: arn.to_owned(),
        id: arn.to_owned(),
        arn: Some(arn.to_owned()),
        attributes: object(json!({"arn": arn, "name": name, "path": path})),
        origin: origin(path, name, &Value::Null),
        ..Live::default()
    }
}

fn put_document(live: &mut Live, text: &PortResult<String>) {
    match text {
        Ok(text) => {
            live.attributes.insert("policy".to_owned(), json!(text));
        }
        Err(error) => {
            live.holes.insert("policy".to_owned(), hole(error));
        }
    }
}

/// What `GetPolicy` has and the sweep lacks.
fn details(policy: &Policy) -> PortResult<Map<String, Value>> {
    let tags = calls::tags(policy.tags());
    Ok(object(json!({
        "description": policy.description(),
        "policy_id": Answer::of(GET_POLICY).text("PolicyId", policy.policy_id())?,
        "tags": tags,
        "tags_all": tags,
    })))
}

/// Completes those policies that states name.
pub(crate) async fn completed(calls: &Calls, wanted: &Wanted, policies: Vec<Live>) -> Vec<Live> {
    let mut asks = Vec::new();
    for mut live in policies {
        asks.push(async move {
            if wanted.names(POLICY, &live.key) {
                let read = policy(calls, &live.key).await;
                match read.and_then(|policy| details(&policy)) {
                    Ok(details) => live.attributes.extend(details),
                    Err(error) => live.holes.extend(
                        ["description", "policy_id", "tags", "tags_all"]
                            .map(|name| (name.to_owned(), hole(&error))),
                    ),
                }
            }
            live
        });
    }
    stream::iter(asks).buffered(AT_ONCE).collect().await
}

async fn policy(calls: &Calls, arn: &str) -> PortResult<Policy> {
    calls.turn().await;
    let answer = calls.client.get_policy().policy_arn(arn).send().await;
    let answer = answer.map_err(|error| port_error(GET_POLICY, error))?;
    Answer::of(GET_POLICY).required("Policy", answer.policy)
}

/// One policy by its ARN.
pub(crate) async fn by_arn(calls: &Calls, arn: &str) -> PortResult<Option<Live>> {
    let policy = policy(calls, arn).await?;
    let fields = Answer::of(GET_POLICY);
    let mut live = identity(
        &fields.text("Arn", policy.arn())?,
        &fields.text("Path", policy.path())?,
    );
    live.attributes.extend(details(&policy)?);
    let text = match fields.text("DefaultVersionId", policy.default_version_id()) {
        Ok(version) => document(calls, arn, &version).await,
        Err(error) => Err(error),
    };
    put_document(&mut live, &text);
    Ok(Some(live))
}

async fn document(calls: &Calls, arn: &str, version: &str) -> PortResult<String> {
    calls.turn().await;
    let request = calls.client.get_policy_version().policy_arn(arn);
    let answer = request.version_id(version).send().await;
    let answer = answer.map_err(|error| port_error(GET_POLICY_VERSION, error))?;
    let fields = Answer::of(GET_POLICY_VERSION);
    let version = fields.required("PolicyVersion", answer.policy_version())?;
    decode(fields, "Document", version.document())
}
