//! Security groups and their rules in three styles.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_diff::{Listing, Live, Wanted};
use afterhours_ports::PortResult;
use aws_sdk_ec2::types::{SecurityGroup, SecurityGroupRule};
use serde_json::{Map, Value, json};

use super::actions;
use super::atoms::{self, Atom, RULE, SINGLE, Source, Standalone};
use super::live::{Object, id, listing, members};
use crate::pages::Fetched;

/// The types of groups, and what the other is.
const KINDS: [(&str, &str); 2] = [
    ("aws_security_group", "aws_default_security_group"),
    ("aws_default_security_group", "aws_security_group"),
];

pub(super) fn groups(
    wanted: &Wanted,
    groups: &Fetched<SecurityGroup>,
    standalone: &Standalone,
) -> Vec<Listing> {
    let kinds = KINDS.iter();
    kinds
        .filter_map(|(kind, sibling)| {
            listing(
                wanted,
                kind,
                &[sibling],
                groups,
                identify,
                |group, object| {
                    let attributes = describe(group, &object.id, standalone);
                    object.live(wanted, kind, attributes)
                },
            )
        })
        .collect()
}

fn identify(group: &SecurityGroup) -> PortResult<Option<Object<'_>>> {
    let id = id(actions::GROUPS, "GroupId", group.group_id())?;
    // "You can't create a security group with the name default" (`CreateSecurityGroup`).
    let is_default = group.group_name() == Some("default");
    let object = Object::tagged(id, "security-group", group.owner_id(), group.tags());
    let object = object.or_default(is_default, || {
        let vpc = group.vpc_id().unwrap_or_default();
        format!("the default security group of {vpc}")
    });
    Ok(Some(object.or_default(is_of_load_balancers(group), || {
        "what a classic load balancer without a security group gets".to_owned()
    })))
}

/// Elastic Load Balancing makes one, with these words, for a classic load balancer that names none.
fn is_of_load_balancers(group: &SecurityGroup) -> bool {
    let named = |text: Option<&str>, start: &str| text.is_some_and(|text| text.starts_with(start));
    named(group.group_name(), "default_elb_")
        && named(group.description(), "ELB created security group")
}

fn describe(group: &SecurityGroup, id: &str, standalone: &Standalone) -> Map<String, Value> {
    let atoms = atoms::of(group);
    members(json!({
        "name": group.group_name(),
        "description": group.description(),
        "vpc_id": group.vpc_id(),
        "ingress": atoms::blocks(id, &atoms, "ingress", standalone),
        "egress": atoms::blocks(id, &atoms, "egress", standalone),
    }))
}

/// Rules with several sources: there when the group has all of them. Rules that no state names are listed for groups
/// that states fill with standalone rules and do not hold themselves: in a group that a state holds, they show there.
pub(super) fn rules(
    wanted: &Wanted,
    groups: &Fetched<SecurityGroup>,
    standalone: &Standalone,
) -> Option<Listing> {
    if !wanted.wants(RULE) {
        return None;
    }
    let others = wanted.kinds.get(RULE).is_some_and(|rules| rules.others);
    let mut found: BTreeMap<String, Atom> = BTreeMap::new();
    let mut loose = Vec::new();
    let mut seen = BTreeSet::new();
    for group in &groups.items {
        let id = group.group_id().unwrap_or_default();
        if !standalone.groups.contains(id) || !seen.insert(id) {
            continue;
        }
        let held = KINDS.iter().any(|(kind, _)| wanted.names(kind, id));
        for atom in atoms::of(group) {
            let Some(key) = atom.key(id) else {
                continue;
            };
            if standalone.rules.contains(&key) {
                found.insert(key, atom);
            } else if others && !held {
                loose.push(unnamed(wanted, id, key, &atom));
            }
        }
    }
    let named = wanted.keys(RULE).filter_map(|key| {
        let atoms: Option<Vec<&Atom>> = atoms::split(key).map(|key| found.get(&key)).collect();
        whole(wanted, key, &atoms?)
    });
    let mut listing = Listing::complete(RULE, named.collect());
    listing.objects.extend(loose);
    listing.incomplete.clone_from(&groups.hole);
    Some(listing)
}

/// A rule that no state names.
fn unnamed(wanted: &Wanted, group: &str, key: String, atom: &Atom) -> Live {
    let source = match &atom.source {
        Source::Own => "self",
        Source::Ipv4(text) | Source::Ipv6(text) | Source::Prefixes(text) | Source::Group(text) => {
            text
        }
    };
    let port = |port: Option<i32>| port.unwrap_or_default();
    // What `terraform import` takes.
    let id = format!(
        "{group}_{}_{}_{}_{}_{source}",
        atom.direction,
        atom.protocol,
        port(atom.from),
        port(atom.to)
    );
    let mut live = plain(id).live(wanted, RULE, atom.attributes(group));
    live.key = key;
    live
}

/// A state's rule from its single ones.
fn whole(wanted: &Wanted, key: &str, atoms: &[&Atom]) -> Option<Live> {
    let first = atoms.first()?;
    let group = super::fetch::first(key);
    let own = atoms.iter().any(|atom| atom.source == Source::Own);
    let each = |read: fn(&Source) -> Option<&str>| -> Vec<&str> {
        let sources = atoms.iter().filter_map(|atom| read(&atom.source));
        sources.collect()
    };
    let descriptions: BTreeSet<&str> = atoms.iter().map(|atom| atom.description.as_str()).collect();
    // Terraform writes the group itself as `self`, as a source, or as both.
    let (by_name, source) = if own {
        (json!([true, false]), json!([null, group]))
    } else {
        (json!(false), json!(each(Source::group).first()))
    };
    let attributes = json!({
        "security_group_id": group,
        "type": first.direction,
        "protocol": first.protocol,
        "from_port": first.from,
        "to_port": first.to,
        "cidr_blocks": each(Source::ipv4),
        "ipv6_cidr_blocks": each(Source::ipv6),
        "prefix_list_ids": each(Source::prefixes),
        "self": by_name,
        "source_security_group_id": source,
        // One text for all sources, or those that there are.
        "description": match descriptions.len() {
            1 => json!(first.description),
            _ => json!(descriptions),
        },
    });
    Some(plain(key.to_owned()).live(wanted, RULE, members(attributes)))
}

fn plain(id: String) -> Object<'static> {
    Object {
        id,
        arn: None,
        owner: None,
        tags: None,
        origin: None,
    }
}

/// Rules with one source each, which have ids of their own.
pub(super) fn single_rules(wanted: &Wanted, rules: &Fetched<SecurityGroupRule>) -> Vec<Listing> {
    SINGLE
        .iter()
        .filter_map(|kind| {
            listing(
                wanted,
                kind,
                &[],
                rules,
                |rule| identify_rule(rule, kind),
                |rule, object| object.live(wanted, kind, describe_rule(rule)),
            )
        })
        .collect()
}

fn identify_rule<'r>(rule: &'r SecurityGroupRule, kind: &str) -> PortResult<Option<Object<'r>>> {
    let [_, egress] = SINGLE;
    if (rule.is_egress() == Some(true)) != (kind == egress) {
        return Ok(None);
    }
    let id = id(
        actions::RULES,
        "SecurityGroupRuleId",
        rule.security_group_rule_id(),
    )?;
    let owner = rule.group_owner_id();
    Ok(Some(Object::tagged(
        id,
        "security-group-rule",
        owner,
        rule.tags(),
    )))
}

fn describe_rule(rule: &SecurityGroupRule) -> Map<String, Value> {
    // "A value of -1 indicates all" (`SecurityGroupRule`, `FromPort`), which Terraform does not write for all protocols.
    let all = rule.ip_protocol() == Some("-1");
    let port = |port: Option<i32>| if all { None } else { port };
    let referenced = rule.referenced_group_info();
    members(json!({
        "security_group_id": rule.group_id(),
        "ip_protocol": rule.ip_protocol(),
        "from_port": port(rule.from_port()),
        "to_port": port(rule.to_port()),
        "cidr_ipv4": rule.cidr_ipv4(),
        "cidr_ipv6": rule.cidr_ipv6(),
        "prefix_list_id": rule.prefix_list_id(),
        "referenced_security_group_id": referenced.and_then(|group| group.group_id()),
        "description": rule.description(),
    }))
}
