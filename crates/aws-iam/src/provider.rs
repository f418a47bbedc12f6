//! `OpenID` Connect identity providers.

use afterhours_aws::{Answer, port_error};
use afterhours_diff::{Listing, Live, Wanted};
use afterhours_ports::{PortResult, hole};
use serde_json::json;

use crate::calls::{Calls, GET_PROVIDER, LIST_PROVIDERS, each_key};
use crate::role::object;
use crate::{PROVIDER, calls};

/// Those that states name one by one (the listing has ARNs only), all others from the listing.
pub(crate) async fn read(calls: &Calls, wanted: &Wanted) -> Option<Listing> {
    let providers = wanted.kinds.get(PROVIDER)?;
    if !wanted.wants(PROVIDER) {
        return None;
    }
    let keys = wanted.keys(PROVIDER);
    let mut listing = each_key(PROVIDER, keys, |arn| by_arn(calls, arn)).await;
    if providers.others {
        match all(calls).await {
            Ok(arns) => {
                let others = arns.iter().filter(|arn| !wanted.names(PROVIDER, arn));
                listing.objects.extend(others.map(|arn| identity(arn)));
            }
            Err(error) => listing.incomplete = Some(hole(&error)),
        }
    }
    Some(listing)
}

async fn all(calls: &Calls) -> PortResult<Vec<String>> {
    calls.turn().await;
    let answer = calls.client.list_open_id_connect_providers().send().await;
    let answer = answer.map_err(|error| port_error(LIST_PROVIDERS, error))?;
    answer
        .open_id_connect_provider_list()
        .iter()
        .map(|entry| Answer::of(LIST_PROVIDERS).text("Arn", entry.arn()))
        .collect()
}

async fn by_arn(calls: &Calls, arn: &str) -> PortResult<Option<Live>> {
    calls.turn().await;
    let request = calls.client.get_open_id_connect_provider();
    let answer = request.open_id_connect_provider_arn(arn).send().await;
    let answer = answer.map_err(|error| port_error(GET_PROVIDER, error))?;
    let url = Answer::of(GET_PROVIDER).text("Url", answer.url())?;
    let tags = calls::tags(answer.tags());
    let mut live = identity(arn);
    live.attributes.extend(object(json!({
        "url": url,
        "client_id_list": answer.client_id_list(),
        "thumbprint_list": answer.thumbprint_list(),
        "tags": tags,
        "tags_all": tags,
    })));
    Ok(Some(live))
}

fn identity(arn: &str) -> Live {
    Live {
        kind: PROVIDER,
        key: arn.to_owned(),
        id: arn.to_owned(),
        arn: Some(arn.to_owned()),
        attributes: object(json!({"arn": arn})),
        ..Live::default()
    }
}
