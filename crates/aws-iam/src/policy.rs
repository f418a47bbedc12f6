//! Managed policies.

use afterhours_aws::{Answer, port_error};
use afterhours_diff::{Live, Wanted};
use afterhours_ports::{PortResult, hole};
use aws_sdk_iam::types::ManagedPolicyDetail;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::calls::{Calls, DETAILS, GET_POLICY, GET_POLICY_VERSION, LIST_POLICY_TAGS, Page};
use crate::document::decode;
use crate::origin::origin;
use crate::role::object;
use crate::{AT_ONCE, POLICY, calls};

/// From the sweep, without tags.
///
/// # Errors
/// The answer does not say which policy it is.
pub(crate) fn swept(wanted: &Wanted, detail: &ManagedPolicyDetail) -> PortResult<Live> {
    let answer = Answer::of(DETAILS);
    let arn = answer.text("Arn", detail.arn())?;
    let name = answer.text("PolicyName", detail.policy_name())?;
    let path = answer.text("Path", detail.path())?;
    let mut live = identity(&arn, &name, &path);
    if wanted.names(POLICY, &arn) {
        let id = answer.text("PolicyId", detail.policy_id())?;
        live.attributes.insert("policy_id".to_owned(), json!(id));
        let description = json!(detail.description());
        live.attributes
            .insert("description".to_owned(), description);
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

fn identity(arn: &str, name: &str, path: &str) -> Live {
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

fn put_tags(live: &mut Live, tags: &PortResult<Value>) {
    for name in ["tags", "tags_all"] {
        match tags {
            Ok(tags) => {
                live.attributes.insert(name.to_owned(), tags.clone());
            }
            Err(error) => {
                live.holes.insert(name.to_owned(), hole(error));
            }
        }
    }
}

/// Adds the tags of those policies that states name: the sweep lacks them.
pub(crate) async fn with_tags(calls: &Calls, wanted: &Wanted, policies: Vec<Live>) -> Vec<Live> {
    let mut asks = Vec::new();
    for mut policy in policies {
        asks.push(async move {
            if wanted.names(POLICY, &policy.key) {
                let read = tags(calls, &policy.key).await;
                put_tags(&mut policy, &read);
            }
            policy
        });
    }
    stream::iter(asks).buffered(AT_ONCE).collect().await
}

async fn tags(calls: &Calls, arn: &str) -> PortResult<Value> {
    let tags = calls
        .all(LIST_POLICY_TAGS, |marker| {
            let request = calls.client.list_policy_tags().policy_arn(arn);
            async {
                let answer = request.set_marker(marker).send().await;
                let answer = answer.map_err(|error| port_error(LIST_POLICY_TAGS, error))?;
                Ok(Page {
                    truncated: answer.is_truncated(),
                    marker: answer.marker().map(str::to_owned),
                    items: answer.tags,
                })
            }
        })
        .await?;
    Ok(calls::tags(&tags))
}

/// One policy by its ARN.
pub(crate) async fn by_arn(calls: &Calls, arn: &str) -> PortResult<Option<Live>> {
    calls.turn().await;
    let answer = calls.client.get_policy().policy_arn(arn).send().await;
    let answer = answer.map_err(|error| port_error(GET_POLICY, error))?;
    let fields = Answer::of(GET_POLICY);
    let policy = fields.required("Policy", answer.policy())?;
    let mut live = identity(
        &fields.text("Arn", policy.arn())?,
        &fields.text("PolicyName", policy.policy_name())?,
        &fields.text("Path", policy.path())?,
    );
    live.attributes
        .insert("policy_id".to_owned(), json!(policy.policy_id()));
    live.attributes
        .insert("description".to_owned(), json!(policy.description()));
    put_tags(&mut live, &Ok(calls::tags(policy.tags())));
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
