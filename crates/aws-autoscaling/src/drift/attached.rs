//! Attachments and tags that states hold as resources of their own; both are read from the groups.

use std::collections::BTreeMap;

use afterhours_diff::{Listing, Live, Origin, Wanted};
use afterhours_ports::PortResult;
use aws_sdk_autoscaling::types::AutoScalingGroup;
use serde_json::{Value, json};

use super::live::{Fetched, incomplete, members};
use super::{ATTACHMENT, GROUP_TAG, group};

pub(super) fn attachments(wanted: &Wanted, groups: &Fetched<AutoScalingGroup>) -> Option<Listing> {
    listing(wanted, ATTACHMENT, groups, |group| {
        let name = group::name(group)?;
        let balancers = group.load_balancer_names().iter();
        let targets = group.target_group_arns().iter();
        let balancers = balancers.map(|balancer| (balancer.as_str(), ""));
        let all = balancers.chain(targets.map(|target| ("", target.as_str())));
        let all = all.map(|(balancer, target)| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let attributes = json!({
                "alb_target_group_arn": some(target),
                "autoscaling_group_name": name,
                "elb": some(balancer),
                "lb_target_group_arn": some(target),
            });
            (format!("{name}|{balancer}|{target}"), attributes)
        });
        Ok(all.collect())
    })
}

pub(super) fn tags(wanted: &Wanted, groups: &Fetched<AutoScalingGroup>) -> Option<Listing> {
    listing(wanted, GROUP_TAG, groups, |group| {
        let name = group::name(group)?;
        let all = group.tags().iter().map(|tag| {
            let key = tag.key().unwrap_or_default();
            let attributes = json!({
                "autoscaling_group_name": name,
                "tag": [{
                    "key": key,
                    "propagate_at_launch": tag.propagate_at_launch(),
                    "value": tag.value().unwrap_or_default(),
                }],
            });
            (format!("{name},{key}"), attributes)
        });
        Ok(all.collect())
    })
}

fn listing(
    wanted: &Wanted,
    kind: &'static str,
    groups: &Fetched<AutoScalingGroup>,
    parts: impl Fn(&AutoScalingGroup) -> PortResult<Vec<(String, Value)>>,
) -> Option<Listing> {
    if !wanted.wants(kind) {
        return None;
    }
    let mut listing = Listing::complete(kind, Vec::new());
    listing.incomplete.clone_from(&groups.hole);
    let mut seen = std::collections::BTreeSet::new();
    for group in &groups.items {
        match parts(group) {
            Ok(parts) => {
                for (key, attributes) in parts {
                    if wanted.names(kind, &key) && seen.insert(key.clone()) {
                        listing.objects.push(Live {
                            kind,
                            id: key.clone(),
                            key,
                            arn: None,
                            attributes: members(attributes),
                            holes: BTreeMap::new(),
                            origin: Origin::Ordinary,
                        });
                    }
                }
            }
            Err(error) => incomplete(&mut listing, || afterhours_ports::hole(&error)),
        }
    }
    Some(listing)
}
