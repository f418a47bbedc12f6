//! The inventory of a scope, by bulk reads; single reads only for endpoints that matter now.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_core::config::Config;
use afterhours_core::memory::{Saved, ScopeDocument};
use afterhours_core::model::{
    ConfigState, Endpoint, EndpointKind, EndpointPolicy, EndpointSummary, Inventory, Kind, Listing,
    ScalableTarget, Scope, Tags, TargetId,
};
use afterhours_core::plan::{needs_detail, tags};
use afterhours_ports::{ErrorClass, PortError, Ports};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

/// How many single reads are under way at once.
const CONCURRENCY: usize = 8;

/// What cannot be worked with at all.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The credentials are of another account than the scope.
    #[error("scope {scope}: the credentials belong to account {found}, so nothing is done")]
    Account {
        /// The scope.
        scope: Scope,
        /// The account that the resources belong to.
        found: String,
    },
}

/// Reads everything that a plan is made from.
pub(crate) async fn gather(
    ports: &Ports,
    config: &Config,
    document: &ScopeDocument,
    now: Timestamp,
) -> Result<Inventory, GatherError> {
    let scope = &document.scope;
    let (groups, endpoints) =
        tokio::join!(ports.groups.list(), endpoints(ports, config, document, now));
    let groups = match groups {
        Ok(groups) => Listing::complete(groups),
        Err(error) => Listing::failed(error.to_string()),
    };
    let found_endpoints = endpoints;
    let arns = groups.items.iter().map(|group| group.arn.as_str());
    let arns = arns.chain(
        found_endpoints
            .listing
            .items
            .iter()
            .map(|found| found.arn.as_str()),
    );
    let arns = arns.chain(
        found_endpoints
            .others
            .iter()
            .map(|(found, _)| found.arn.as_str()),
    );
    for arn in arns {
        let account = arn.split(':').nth(4).unwrap_or_default();
        if account != scope.account {
            return Err(GatherError::Account {
                scope: scope.clone(),
                found: account.to_owned(),
            });
        }
    }
    Ok(Inventory {
        groups,
        endpoints: found_endpoints.listing,
        other_endpoints: found_endpoints.others,
        configs: found_endpoints.configs,
    })
}

#[derive(Default)]
struct Found {
    listing: Listing<Endpoint>,
    others: Vec<(EndpointSummary, Tags)>,
    configs: BTreeMap<String, ConfigState>,
}

/// What is known of Application Auto Scaling, or why not.
struct Scaling {
    targets: Result<Vec<ScalableTarget>, String>,
    policies: Result<Vec<EndpointPolicy>, String>,
    scheduled: Result<BTreeMap<String, Vec<String>>, String>,
    components: Result<BTreeSet<String>, String>,
}

async fn endpoints(
    ports: &Ports,
    config: &Config,
    document: &ScopeDocument,
    now: Timestamp,
) -> Found {
    let remembered: BTreeMap<&str, &Saved> = document
        .records
        .iter()
        .filter(|(target, _)| target.kind == Kind::SagemakerEndpoint)
        .map(|(target, record)| (target.name.as_str(), &record.saved))
        .collect();
    let keys = [tags::SCHEDULE, tags::AUTO_SHUTDOWN];
    let (tagged, listed) = tokio::join!(ports.tagging.endpoints(&keys), ports.endpoints.list());
    let (tagged, listed) = match (tagged, listed) {
        (Ok(tagged), Ok(listed)) => (tagged, listed),
        (Err(error), _) | (_, Err(error)) => {
            return Found {
                listing: Listing::failed(error.to_string()),
                ..Found::default()
            };
        }
    };
    let mut found = Found::default();
    let mut detailed = Vec::new();
    for summary in listed {
        let remembered = remembered.contains_key(summary.name.as_str());
        let tags = match tagged.get(&summary.arn) {
            Some(tags) => tags.clone(),
            None if remembered => Tags::new(),
            None => continue,
        };
        if needs_detail(config, document, &summary, &tags, now) {
            detailed.push((summary, tags));
        } else {
            found.others.push((summary, tags));
        }
    }
    if !detailed.is_empty() {
        let scaling = scaling(ports).await;
        let mut reads: Vec<BoxFuture<'_, _>> = Vec::with_capacity(detailed.len());
        for (summary, tags) in detailed {
            let scaling = &scaling;
            reads.push(Box::pin(async move {
                let name = summary.name.clone();
                (name, describe(ports, summary, tags, scaling).await)
            }));
        }
        let mut reads = stream::iter(reads).buffer_unordered(CONCURRENCY);
        while let Some((name, read)) = reads.next().await {
            match read {
                Ok(Some(endpoint)) => found.listing.items.push(endpoint),
                // Deleted between the list and now: the next tick sees it as absent.
                Ok(None) => {
                    let error = "deleted while the inventory was taken".to_owned();
                    found.listing.unreadable.insert(name, error);
                }
                Err(error) => {
                    found.listing.unreadable.insert(name, error.to_string());
                }
            }
        }
        found.listing.items.sort_by(|a, b| a.name.cmp(&b.name));
    }
    found.configs = configs(ports, config, document, &mut found.listing).await;
    found
}

async fn scaling(ports: &Ports) -> Scaling {
    let (targets, policies, scheduled, components) = tokio::join!(
        ports.scaling.targets(),
        ports.scaling.policies(),
        ports.scaling.scheduled_actions(),
        ports.endpoints.with_components(),
    );
    let text = |error: PortError| error.to_string();
    Scaling {
        targets: targets.map_err(text),
        policies: policies.map_err(text),
        scheduled: scheduled.map_err(text),
        components: components.map_err(text),
    }
}

async fn describe(
    ports: &Ports,
    summary: EndpointSummary,
    tagged: Tags,
    scaling: &Scaling,
) -> Result<Option<Endpoint>, PortError> {
    let Some(read) = ports.endpoints.describe(&summary.name).await? else {
        return Ok(None);
    };
    // The tagging service lags behind; before anything is changed the tags are read afresh.
    let tags = match ports.endpoints.tags(&read.arn).await {
        Ok(tags) => tags,
        Err(error) if error.class == ErrorClass::NotFound => tagged,
        Err(error) => return Err(error),
    };
    let kind = match &scaling.components {
        Err(error) => Err(error.clone()),
        Ok(with_components) => Ok(if read.asynchronous {
            EndpointKind::Asynchronous
        } else if read.serverless {
            EndpointKind::Serverless
        } else if read.managed_scaling || with_components.contains(&read.name) {
            EndpointKind::InferenceComponents
        } else {
            EndpointKind::RealTime
        }),
    };
    let name = read.name.clone();
    let mine = |resource_id: &str| {
        resource_id
            .strip_prefix("endpoint/")
            .and_then(|rest| rest.strip_prefix(name.as_str()))
            .is_some_and(|rest| rest.starts_with("/variant/"))
    };
    Ok(Some(Endpoint {
        name: read.name.clone(),
        arn: read.arn,
        created_at: read.created_at,
        modified_at: Some(summary.modified_at),
        status: read.status,
        failure_reason: read.failure_reason,
        config_name: read.config_name,
        kind,
        variants: read.variants,
        tags,
        scalable_targets: scaling
            .targets
            .as_ref()
            .map_err(Clone::clone)
            .map(|targets| {
                targets
                    .iter()
                    .filter(|target| mine(&target.resource_id))
                    .cloned()
                    .collect()
            }),
        policies: scaling
            .policies
            .as_ref()
            .map_err(Clone::clone)
            .map(|policies| {
                policies
                    .iter()
                    .filter(|policy| mine(&policy.resource_id))
                    .cloned()
                    .collect()
            }),
        scheduled_actions: scaling
            .scheduled
            .as_ref()
            .map_err(Clone::clone)
            .map(|actions| {
                actions
                    .iter()
                    .filter(|(resource_id, _)| mine(resource_id))
                    .flat_map(|(_, names)| names.iter().cloned())
                    .collect()
            }),
    }))
}

/// Looks whether the configurations exist that a deletion and a re-creation rely on.
async fn configs(
    ports: &Ports,
    config: &Config,
    document: &ScopeDocument,
    listing: &mut Listing<Endpoint>,
) -> BTreeMap<String, ConfigState> {
    let remembered = document
        .records
        .values()
        .filter_map(|record| match &record.saved {
            Saved::Endpoint(saved) if saved.is_deleted_on_purpose() => {
                Some(saved.config_name.clone())
            }
            _ => None,
        });
    let live = listing.items.iter().filter(|endpoint| {
        endpoint.kind == Ok(EndpointKind::RealTime) && config.may_recreate(&endpoint.name)
    });
    let names: BTreeSet<String> = remembered
        .chain(live.map(|endpoint| endpoint.config_name.clone()))
        .collect();
    let mut without_model = BTreeSet::new();
    let mut states = BTreeMap::new();
    let mut reads: Vec<BoxFuture<'_, _>> = Vec::with_capacity(names.len());
    for name in names {
        reads.push(Box::pin(async move {
            let read = ports.endpoints.describe_config(&name).await;
            (name, read)
        }));
    }
    let mut reads = stream::iter(reads).buffer_unordered(CONCURRENCY);
    while let Some((name, read)) = reads.next().await {
        let state = match read {
            Ok(Some(facts)) => {
                if facts.variant_without_model {
                    without_model.insert(name.clone());
                }
                ConfigState::Exists
            }
            Ok(None) => ConfigState::Missing,
            Err(error) => ConfigState::Unreadable(error.to_string()),
        };
        states.insert(name, state);
    }
    for endpoint in &mut listing.items {
        // Made to host inference components, though none is deployed now.
        if endpoint.kind == Ok(EndpointKind::RealTime)
            && without_model.contains(&endpoint.config_name)
        {
            endpoint.kind = Ok(EndpointKind::InferenceComponents);
        }
    }
    states
}

/// Names of everything in an inventory or remembered, for messages and look-ups.
pub(crate) fn known_targets(
    inventory: &Inventory,
    document: &ScopeDocument,
) -> BTreeMap<TargetId, Tags> {
    let mut known = BTreeMap::new();
    for (target, record) in &document.records {
        let tags = match &record.saved {
            Saved::Endpoint(saved) => saved.tags.clone(),
            Saved::Group(_) => Tags::new(),
        };
        known.insert(target.clone(), tags);
    }
    for group in &inventory.groups.items {
        known.insert(TargetId::group(&group.name), group.tags.clone());
    }
    for endpoint in &inventory.endpoints.items {
        known.insert(TargetId::endpoint(&endpoint.name), endpoint.tags.clone());
    }
    for (summary, tags) in &inventory.other_endpoints {
        known.insert(TargetId::endpoint(&summary.name), tags.clone());
    }
    known
}
