//! Calls, their pages and what comes of asking for objects one by one.

use std::collections::BTreeMap;

use afterhours_aws::{Answer, Pace, Pages};
use afterhours_diff::{Listing, Live};
use afterhours_ports::{ErrorClass, PortError, PortResult, hole};
use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use futures_util::{StreamExt as _, stream};
use serde_json::{Map, Value};

use crate::AT_ONCE;

/// What the reader may call, as IAM names it.
pub const READ_ACTIONS: &[&str] = &[
    DETAILS,
    GET_PROFILE,
    GET_PROVIDER,
    GET_POLICY,
    GET_POLICY_VERSION,
    GET_ROLE,
    GET_ROLE_POLICY,
    LIST_ATTACHED,
    LIST_ENTITIES,
    LIST_PROFILES,
    LIST_PROVIDERS,
    LIST_ROLE_POLICIES,
    LIST_ROLES,
];

pub(crate) const DETAILS: &str = "iam:GetAccountAuthorizationDetails";
pub(crate) const GET_PROFILE: &str = "iam:GetInstanceProfile";
pub(crate) const GET_PROVIDER: &str = "iam:GetOpenIDConnectProvider";
pub(crate) const GET_POLICY: &str = "iam:GetPolicy";
pub(crate) const GET_POLICY_VERSION: &str = "iam:GetPolicyVersion";
pub(crate) const GET_ROLE: &str = "iam:GetRole";
pub(crate) const GET_ROLE_POLICY: &str = "iam:GetRolePolicy";
pub(crate) const LIST_ATTACHED: &str = "iam:ListAttachedRolePolicies";
pub(crate) const LIST_ENTITIES: &str = "iam:ListEntitiesForPolicy";
pub(crate) const LIST_PROFILES: &str = "iam:ListInstanceProfiles";
pub(crate) const LIST_PROVIDERS: &str = "iam:ListOpenIDConnectProviders";
pub(crate) const LIST_ROLE_POLICIES: &str = "iam:ListRolePolicies";
pub(crate) const LIST_ROLES: &str = "iam:ListRoles";

/// `MaxItems` goes up to 1000, and IAM may give fewer all the same
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>).
pub(crate) const PAGE: i32 = 1000;

/// The client and the rate that its calls share.
#[derive(Debug, Clone)]
pub(crate) struct Calls {
    pub(crate) client: Client,
    pace: Pace,
}

/// One page of a listing.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) truncated: bool,
    pub(crate) marker: Option<String>,
}

impl Calls {
    pub(crate) fn new(client: Client, pace: Pace) -> Self {
        Self { client, pace }
    }

    /// Waits for a place among the requests.
    pub(crate) async fn turn(&self) {
        self.pace.wait().await;
    }

    /// Gives each item of each page to `each`; what came before a failure was given.
    pub(crate) async fn follow<T, F: Future<Output = PortResult<Page<T>>>>(
        &self,
        action: &'static str,
        fetch: impl Fn(Option<String>) -> F,
        mut each: impl FnMut(T),
    ) -> PortResult<()> {
        let mut pages = Pages::new(action);
        let mut marker = None;
        loop {
            self.turn().await;
            let page = fetch(marker).await?;
            let found = page.items.len();
            page.items.into_iter().for_each(&mut each);
            if !page.truncated {
                return Ok(());
            }
            let next = Answer::of(action).text("Marker", page.marker.as_deref())?;
            marker = pages.next(Some(&next), found)?;
        }
    }

    /// All items of all pages, or the failure.
    pub(crate) async fn all<T, F: Future<Output = PortResult<Page<T>>>>(
        &self,
        action: &'static str,
        fetch: impl Fn(Option<String>) -> F,
    ) -> PortResult<Vec<T>> {
        let mut items = Vec::new();
        self.follow(action, fetch, |item| items.push(item)).await?;
        Ok(items)
    }
}

/// Asks for each key by itself. What is not found is gone; what could not be asked for is unread, never gone.
pub(crate) async fn each_key<'k, F: Future<Output = PortResult<Option<Live>>>>(
    kind: &'static str,
    keys: impl Iterator<Item = &'k str>,
    ask: impl Fn(&'k str) -> F,
) -> Listing {
    let mut asks = Vec::new();
    for key in keys {
        let answer = ask(key);
        asks.push(async move { (key, answer.await) });
    }
    let mut answers = stream::iter(asks).buffer_unordered(AT_ONCE);
    let mut objects = BTreeMap::new();
    let mut unread = BTreeMap::new();
    while let Some((key, answer)) = answers.next().await {
        match found(answer) {
            Ok(Some(Some(live))) => {
                objects.insert(key, live);
            }
            Ok(Some(None) | None) => {}
            Err(error) => {
                unread.insert(key.to_owned(), hole(&error));
            }
        }
    }
    Listing {
        unread,
        ..Listing::complete(kind, objects.into_values().collect())
    }
}

/// None where the thing that was asked for by name does not exist (`NoSuchEntity`).
pub(crate) fn found<T>(answer: PortResult<T>) -> PortResult<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(PortError {
            class: ErrorClass::NotFound,
            ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tags as a map.
pub(crate) fn tags(tags: &[Tag]) -> Value {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), Value::from(tag.value())))
        .collect::<Map<String, Value>>()
        .into()
}
