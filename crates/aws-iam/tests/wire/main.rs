//! What goes over the wire, and what comes of what comes back.

mod confirm;
mod named;
mod sweep;

use std::collections::BTreeMap;

use afterhours_aws::Pace;
use afterhours_aws::testing::{Reply, Script, Sent};
use afterhours_aws_iam::{IamReader, READ_ACTIONS};
use afterhours_diff::{Listing, Live, Wanted, WantedKeys};
use afterhours_ports::Reader as _;

pub(crate) const TRUST: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
pub(crate) const TRUST_TEXT: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

/// Keys by type; `others` for all where there is a key `*`.
pub(crate) fn wanted(kinds: &[(&'static str, &[&str])]) -> Wanted {
    let kinds = kinds.iter().map(|(kind, keys)| {
        let (others, keys): (Vec<&str>, Vec<&str>) = keys.iter().partition(|key| **key == "*");
        let keys = WantedKeys {
            keys: keys.into_iter().map(str::to_owned).collect(),
            others: !others.is_empty(),
        };
        (*kind, keys)
    });
    Wanted {
        kinds: kinds.collect(),
        confirm: false,
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
    }
}

pub(crate) fn confirmed(kinds: &[(&'static str, &[&str])]) -> Wanted {
    Wanted {
        confirm: true,
        ..wanted(kinds)
    }
}

/// Listings by type; every call that was made is one of those that the reader may make.
pub(crate) async fn read(script: &Script, wanted: &Wanted) -> BTreeMap<&'static str, Listing> {
    let listings = IamReader::new(&script.aws(), Pace::unlimited())
        .read(wanted)
        .await;
    for sent in script.sent() {
        assert!(
            READ_ACTIONS.contains(&format!("iam:{}", action(&sent)).as_str()),
            "{}",
            sent.body
        );
    }
    let count = listings.len();
    let by_kind: BTreeMap<_, _> = listings
        .into_iter()
        .map(|listing| (listing.kind, listing))
        .collect();
    assert_eq!(by_kind.len(), count);
    by_kind
}

pub(crate) fn action(sent: &Sent) -> String {
    let fields = sent.body.split('&');
    let mut actions = fields.filter_map(|field| field.strip_prefix("Action="));
    actions.next().unwrap_or_default().to_owned()
}

pub(crate) fn actions(script: &Script) -> Vec<String> {
    let mut actions: Vec<String> = script.sent().iter().map(action).collect();
    actions.sort();
    actions
}

#[expect(clippy::panic, reason = "an assertion of the tests")]
pub(crate) fn live<'l>(listing: &'l Listing, key: &str) -> &'l Live {
    let found = listing.objects.iter().find(|live| live.key == key);
    found.unwrap_or_else(|| panic!("no {key} in {listing:?}"))
}

/// An answer to one action: only for requests of that action.
pub(crate) fn reply(action: &'static str, marker: Option<&str>, body: &str) -> Reply {
    let rest = match marker {
        Some(marker) => format!("<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>"),
        None => "<IsTruncated>false</IsTruncated>".to_owned(),
    };
    Reply::ok(format!(
        "<{action}Response><{action}Result>{body}{rest}</{action}Result></{action}Response>"
    ))
    .when(action)
}

pub(crate) fn gone(action: &'static str) -> Reply {
    Reply::xml_error(404, "NoSuchEntity", "cannot be found").when(action)
}

pub(crate) fn denied(action: &'static str) -> Reply {
    Reply::xml_error(403, "AccessDenied", "is not authorized").when(action)
}

/// Three times, which is as often as is tried.
pub(crate) fn throttled(action: &'static str) -> [Reply; 3] {
    [(); 3].map(|()| Reply::xml_error(400, "Throttling", "Rate exceeded").when(action))
}

/// Three times, which is as often as is tried.
pub(crate) fn failing(action: &'static str) -> [Reply; 3] {
    [(); 3].map(|()| Reply::xml_error(500, "ServiceFailure", "").when(action))
}

pub(crate) fn role(name: &str, path: &str, more: &str) -> String {
    format!(
        "<member><RoleName>{name}</RoleName><Path>{path}</Path><RoleId>AROA{name}</RoleId>\
         <Arn>arn:aws:iam::111122223333:role{path}{name}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
         <AssumeRolePolicyDocument>{TRUST}</AssumeRolePolicyDocument>{more}</member>"
    )
}

pub(crate) fn policy(name: &str, more: &str) -> String {
    format!(
        "<member><PolicyName>{name}</PolicyName><PolicyId>ANPA{name}</PolicyId><Path>/</Path>\
         <Arn>arn:aws:iam::111122223333:policy/{name}</Arn>{more}</member>"
    )
}
