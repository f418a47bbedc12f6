//! Instance profiles.

use afterhours_aws::{Answer, port_error};
use afterhours_diff::{Listing, Live, Wanted};
use afterhours_ports::{PortResult, hole};
use aws_sdk_iam::types::InstanceProfile;
use serde_json::{Value, json};

use crate::calls::{Calls, GET_PROFILE, LIST_PROFILES, PAGE, Page, each_key};
use crate::origin::origin;
use crate::role::object;
use crate::{PROFILE, calls};

/// Those that states name one by one (the listing lacks tags), all others from the listing.
pub(crate) async fn read(calls: &Calls, wanted: &Wanted) -> Option<Listing> {
    let profiles = wanted.kinds.get(PROFILE)?;
    if !wanted.wants(PROFILE) {
        return None;
    }
    let keys = wanted.keys(PROFILE);
    let mut listing = each_key(PROFILE, keys, |name| by_name(calls, name)).await;
    if profiles.others {
        let ended = calls
            .follow(
                LIST_PROFILES,
                |marker| {
                    let request = calls.client.list_instance_profiles();
                    let request = request.max_items(PAGE).set_marker(marker);
                    async {
                        let answer = request.send().await;
                        let answer = answer.map_err(|error| port_error(LIST_PROFILES, error))?;
                        Ok(Page {
                            truncated: answer.is_truncated,
                            marker: answer.marker,
                            items: answer.instance_profiles,
                        })
                    }
                },
                |profile| match identity(Answer::of(LIST_PROFILES), &profile) {
                    Ok(live) if wanted.names(PROFILE, &live.key) => {}
                    Ok(live) => listing.objects.push(live),
                    Err(error) => listing.incomplete = Some(hole(&error)),
                },
            )
            .await;
        if let Err(error) = ended {
            listing.incomplete = Some(hole(&error));
        }
    }
    Some(listing)
}

async fn by_name(calls: &Calls, name: &str) -> PortResult<Option<Live>> {
    calls.turn().await;
    let request = calls.client.get_instance_profile();
    let answer = request.instance_profile_name(name).send().await;
    let answer = answer.map_err(|error| port_error(GET_PROFILE, error))?;
    let fields = Answer::of(GET_PROFILE);
    let profile = fields.required("InstanceProfile", answer.instance_profile())?;
    let mut live = identity(fields, profile)?;
    // A profile holds one role at most
    // (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
    let role = profile
        .roles()
        .first()
        .map(aws_sdk_iam::types::Role::role_name);
    let tags = calls::tags(profile.tags());
    live.attributes.extend(object(json!({
        "role": role,
        "tags": tags,
        "tags_all": tags,
        "unique_id": profile.instance_profile_id(),
    })));
    Ok(Some(live))
}

fn identity(answer: Answer, profile: &InstanceProfile) -> PortResult<Live> {
    let name = answer.text("InstanceProfileName", Some(profile.instance_profile_name()))?;
    let arn = answer.text("Arn", Some(profile.arn()))?;
    let path = profile.path();
    Ok(Live {
        kind: PROFILE,
        key: name.clone(),
        id: name.clone(),
        arn: Some(arn.clone()),
        attributes: object(json!({"arn": arn, "name": name, "path": path})),
        origin: origin(path, &name, &Value::Null),
        ..Live::default()
    })
}
