//! Rules of security groups as AWS knows them: one for each source.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_diff::{Wanted, catalog};
use aws_sdk_ec2::types::{IpPermission, SecurityGroup, SecurityGroupRule};
use serde_json::{Map, Value, json};

use super::live::members;

pub(super) const RULE: &str = "aws_security_group_rule";
pub(super) const SINGLE: [&str; 2] = [
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
];

/// What a rule lets in or out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Ipv4(String),
    Ipv6(String),
    Prefixes(String),
    /// The group itself.
    Own,
    /// Another group, with its account where that is another one.
    Group(String),
}

/// One rule.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub(super) direction: &'static str,
    pub(super) protocol: String,
    pub(super) from: Option<i32>,
    pub(super) to: Option<i32>,
    pub(super) source: Source,
    pub(super) description: String,
}

impl Atom {
    /// The rule as an `aws_security_group_rule` of its own.
    pub(super) fn attributes(&self, group: &str) -> Map<String, Value> {
        let mut attributes = members(json!({
            "security_group_id": group,
            "type": self.direction,
            "protocol": self.protocol,
            "from_port": self.from,
            "to_port": self.to,
            "description": self.description,
        }));
        let (name, value) = match &self.source {
            Source::Ipv4(network) => ("cidr_blocks", json!([network])),
            Source::Ipv6(network) => ("ipv6_cidr_blocks", json!([network])),
            Source::Prefixes(list) => ("prefix_list_ids", json!([list])),
            Source::Own => ("self", json!(true)),
            Source::Group(group) => ("source_security_group_id", json!(group)),
        };
        attributes.insert(name.to_owned(), value);
        attributes
    }

    /// The key of that.
    pub(super) fn key(&self, group: &str) -> Option<String> {
        catalog::find(RULE)?.key(&self.attributes(group))
    }
}

/// All rules of a group.
pub(super) fn of(group: &SecurityGroup) -> Vec<Atom> {
    let own = group.group_id().unwrap_or_default();
    let owner = group.owner_id().unwrap_or_default();
    let mut atoms = Vec::new();
    for permission in group.ip_permissions() {
        permitted(permission, "ingress", own, owner, &mut atoms);
    }
    for permission in group.ip_permissions_egress() {
        permitted(permission, "egress", own, owner, &mut atoms);
    }
    atoms
}

fn permitted(
    permission: &IpPermission,
    direction: &'static str,
    own: &str,
    owner: &str,
    atoms: &mut Vec<Atom>,
) {
    let mut add = |source: Source, description: Option<&str>| {
        atoms.push(Atom {
            direction,
            protocol: permission.ip_protocol().unwrap_or_default().to_owned(),
            from: permission.from_port(),
            to: permission.to_port(),
            source,
            description: description.unwrap_or_default().to_owned(),
        });
    };
    for range in permission.ip_ranges() {
        if let Some(network) = range.cidr_ip() {
            add(Source::Ipv4(network.to_owned()), range.description());
        }
    }
    for range in permission.ipv6_ranges() {
        if let Some(network) = range.cidr_ipv6() {
            add(Source::Ipv6(network.to_owned()), range.description());
        }
    }
    for list in permission.prefix_list_ids() {
        if let Some(id) = list.prefix_list_id() {
            add(Source::Prefixes(id.to_owned()), list.description());
        }
    }
    for pair in permission.user_id_group_pairs() {
        if let Some(id) = pair.group_id() {
            add(
                source_group(id, pair.user_id(), own, owner),
                pair.description(),
            );
        }
    }
}

fn source_group(id: &str, account: Option<&str>, own: &str, owner: &str) -> Source {
    match account {
        _ if id == own => Source::Own,
        Some(account) if !account.is_empty() && account != owner => {
            Source::Group(format!("{account}/{id}"))
        }
        _ => Source::Group(id.to_owned()),
    }
}

/// The rule of one answer of `DescribeSecurityGroupRules`; none where it has no source.
pub(super) fn of_rule(rule: &SecurityGroupRule) -> Option<Atom> {
    let referenced = rule.referenced_group_info();
    let source = if let Some(network) = rule.cidr_ipv4() {
        Source::Ipv4(network.to_owned())
    } else if let Some(network) = rule.cidr_ipv6() {
        Source::Ipv6(network.to_owned())
    } else if let Some(list) = rule.prefix_list_id() {
        Source::Prefixes(list.to_owned())
    } else {
        let other = referenced?;
        let own = rule.group_id().unwrap_or_default();
        let owner = rule.group_owner_id().unwrap_or_default();
        source_group(other.group_id()?, other.user_id(), own, owner)
    };
    Some(Atom {
        direction: if rule.is_egress() == Some(true) {
            "egress"
        } else {
            "ingress"
        },
        protocol: rule.ip_protocol().unwrap_or_default().to_owned(),
        from: rule.from_port(),
        to: rule.to_port(),
        source,
        description: rule.description().unwrap_or_default().to_owned(),
    })
}

/// The keys of the single rules in the key of an `aws_security_group_rule`.
pub(super) fn split(key: &str) -> impl Iterator<Item = String> {
    let (rule, sources) = key.rsplit_once('|').unwrap_or((key, ""));
    sources
        .split(',')
        .map(move |source| format!("{rule}|{source}"))
}

/// Which rules states name by themselves, by the keys of single rules; and the groups that these are in.
#[derive(Debug, Default)]
pub(super) struct Standalone {
    pub(super) rules: BTreeSet<String>,
    pub(super) groups: BTreeSet<String>,
}

impl Standalone {
    pub(super) fn new(wanted: &Wanted, rules: &[SecurityGroupRule]) -> Self {
        let mut named = Self::default();
        for key in wanted.keys(RULE) {
            named.rules.extend(split(key));
            named.groups.insert(super::fetch::first(key).to_owned());
        }
        for rule in rules {
            let id = rule.security_group_rule_id().unwrap_or_default();
            if !SINGLE.iter().any(|kind| wanted.names(kind, id)) {
                continue;
            }
            let group = rule.group_id().unwrap_or_default();
            named.groups.insert(group.to_owned());
            named
                .rules
                .extend(of_rule(rule).and_then(|atom| atom.key(group)));
        }
        named
    }
}

/// Inline blocks as Terraform puts them together: one for each protocol, ports and description
/// (`resourceAwsSecurityGroupIPPermGather` of provider 3.39.0), and apart what states name by itself.
pub(super) fn blocks(
    group: &str,
    atoms: &[Atom],
    direction: &str,
    standalone: &Standalone,
) -> Vec<Value> {
    let mut blocks: BTreeMap<_, Vec<&Source>> = BTreeMap::new();
    for atom in atoms.iter().filter(|atom| atom.direction == direction) {
        let named = standalone.groups.contains(group)
            && atom
                .key(group)
                .is_some_and(|key| standalone.rules.contains(&key));
        let description = atom.description.as_str();
        let key = (
            atom.protocol.as_str(),
            atom.from,
            atom.to,
            description,
            named,
        );
        blocks.entry(key).or_default().push(&atom.source);
    }
    blocks
        .into_iter()
        .map(|((protocol, from, to, description, named), sources)| {
            let each = |read: fn(&Source) -> Option<&str>| -> Vec<&str> {
                sources.iter().filter_map(|source| read(source)).collect()
            };
            let mut block = json!({
                "protocol": protocol,
                "from_port": from.unwrap_or_default(),
                "to_port": to.unwrap_or_default(),
                "description": description,
                "self": sources.contains(&&Source::Own),
                "cidr_blocks": each(Source::ipv4),
                "ipv6_cidr_blocks": each(Source::ipv6),
                "prefix_list_ids": each(Source::prefixes),
                "security_groups": each(Source::group),
            });
            if named && let Some(block) = block.as_object_mut() {
                block.insert("standalone".to_owned(), Value::Bool(true));
            }
            block
        })
        .collect()
}

impl Source {
    pub(super) fn ipv4(&self) -> Option<&str> {
        match self {
            Self::Ipv4(network) => Some(network),
            _ => None,
        }
    }

    pub(super) fn ipv6(&self) -> Option<&str> {
        match self {
            Self::Ipv6(network) => Some(network),
            _ => None,
        }
    }

    pub(super) fn prefixes(&self) -> Option<&str> {
        match self {
            Self::Prefixes(list) => Some(list),
            _ => None,
        }
    }

    pub(super) fn group(&self) -> Option<&str> {
        match self {
            Self::Group(group) => Some(group),
            _ => None,
        }
    }
}
