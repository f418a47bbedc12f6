//! Security groups and their rules in three styles: inline, `aws_security_group_rule` (several sources in one), and
//! one resource for each rule of AWS.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::{Attr, Key, Rule, Type, text};
use super::{REGION, STANDALONE, TAGS, TAGS_ALL, TIMEOUTS, network, one_of};

const REVOKE: Attr = Attr::skip("revoke_rules_on_delete", "only used when it is destroyed");
const INGRESS: Attr = Attr::new("ingress", Rule::Custom(same_rules)).security();
const EGRESS: Attr = Attr::new("egress", Rule::Custom(same_rules)).security();
const VPC_ID: Attr = Attr::new("vpc_id", Rule::Scalar).security();

pub(super) const GROUP: Type = Type {
    name: "aws_security_group",
    key: Key::Attribute("id"),
    attributes: &[
        INGRESS,
        EGRESS,
        VPC_ID,
        Attr::new("name", Rule::Scalar),
        Attr::new("description", Rule::Scalar),
        Attr::skip("name_prefix", "the name that was made of it is compared"),
        REVOKE,
        REGION,
        TAGS,
        TAGS_ALL,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: true,
};

pub(super) const DEFAULT_GROUP: Type = Type {
    name: "aws_default_security_group",
    key: Key::Attribute("id"),
    attributes: &[
        INGRESS,
        EGRESS,
        VPC_ID,
        Attr::new("name", Rule::Scalar),
        Attr::new("description", Rule::Scalar),
        REVOKE,
        REGION,
        TAGS,
        TAGS_ALL,
    ],
    global: false,
    unmanaged: false,
};

pub(super) const RULE: Type = Type {
    name: "aws_security_group_rule",
    key: Key::Made(rule_key),
    attributes: &[
        Attr::new("security_group_id", Rule::Scalar).security(),
        Attr::new("type", Rule::Scalar).security(),
        Attr::new("protocol", Rule::Custom(same_protocol)).security(),
        Attr::new("from_port", Rule::Custom(same_port)).security(),
        Attr::new("to_port", Rule::Custom(same_port)).security(),
        Attr::new("cidr_blocks", Rule::Custom(same_networks)).security(),
        Attr::new("ipv6_cidr_blocks", Rule::Custom(same_networks)).security(),
        Attr::new("prefix_list_ids", Rule::Set).security(),
        Attr::new("source_security_group_id", Rule::Custom(same_group)).security(),
        Attr::new("self", Rule::Custom(one_of)).security(),
        Attr::new("description", Rule::Scalar),
        REGION,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: true,
};

const SINGLE: &[Attr] = &[
    Attr::new("security_group_id", Rule::Scalar).security(),
    Attr::new("ip_protocol", Rule::Custom(same_protocol)).security(),
    Attr::new("from_port", Rule::Custom(same_port)).security(),
    Attr::new("to_port", Rule::Custom(same_port)).security(),
    Attr::new("cidr_ipv4", Rule::Cidr).security(),
    Attr::new("cidr_ipv6", Rule::Cidr).security(),
    Attr::new("prefix_list_id", Rule::Scalar).security(),
    Attr::new("referenced_security_group_id", Rule::Custom(same_group)).security(),
    Attr::new("description", Rule::Scalar),
    REGION,
    TAGS,
    TAGS_ALL,
];

pub(super) const INGRESS_RULE: Type = Type {
    name: "aws_vpc_security_group_ingress_rule",
    key: Key::Attribute("id"),
    attributes: SINGLE,
    global: false,
    unmanaged: false,
};

pub(super) const EGRESS_RULE: Type = Type {
    name: "aws_vpc_security_group_egress_rule",
    key: Key::Attribute("id"),
    attributes: SINGLE,
    global: false,
    unmanaged: false,
};

/// `sg-1|ingress|tcp|443|443|10.0.0.0/8,sg-2`: group, direction, protocol, ports (empty where the protocol has none)
/// and the sorted sources.
///
/// The live side has the rule when the group has all its sources under this protocol and these ports: so provider 3.39.0
/// decides (`findRuleMatch` in its `resource_aws_security_group_rule.go`), and the id in the state is a hash of its own.
fn rule_key(attributes: &Map<String, Value>) -> Option<String> {
    let named = |name: &str| text(attributes.get(name)).filter(|text| !text.is_empty());
    let group = named("security_group_id")?;
    let direction = named("type")?;
    let protocol = protocol(&named("protocol")?);
    let port = |name: &str| {
        let port = named(name).filter(|_| has_ports(&protocol));
        port.unwrap_or_default()
    };
    let mut sources = sources(attributes, &group);
    if let Some(source) = named("source_security_group_id") {
        sources.push(group_id(&source).to_owned());
    }
    sources.sort();
    sources.dedup();
    (!sources.is_empty()).then(|| {
        format!(
            "{group}|{direction}|{protocol}|{}|{}|{}",
            port("from_port"),
            port("to_port"),
            sources.join(",")
        )
    })
}

/// The sources of a block, but for groups under a name of their own; the group itself stands for `self`.
fn sources(block: &Map<String, Value>, own: &str) -> Vec<String> {
    let mut sources = Vec::new();
    for name in ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"] {
        sources.extend(texts(block.get(name)).map(|text| network(&text)));
    }
    if text(block.get("self")).as_deref() == Some("true") {
        sources.push(own.to_owned());
    }
    sources
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = String> {
    let items = value.and_then(Value::as_array).map(Vec::as_slice);
    items
        .unwrap_or_default()
        .iter()
        .filter_map(|item| text(Some(item)))
}

/// Group ids are unique beyond accounts: `111122223333/sg-1` is `sg-1`.
fn group_id(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

/// The name that AWS gives back for a number ("tcp, udp, icmp, icmpv6, or the number", `IpPermission`).
fn protocol(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        "all" | "-1" => "-1",
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        other => return other.to_owned(),
    }
    .to_owned()
}

/// "Specifying -1 or a protocol number other than tcp, udp, icmp, or icmpv6 allows traffic on all ports, regardless of
/// any ports you specify" (`IpPermission`, `IpProtocol`).
fn has_ports(protocol: &str) -> bool {
    matches!(protocol, "tcp" | "udp" | "icmp" | "icmpv6")
}

/// Where AWS tells no port, Terraform writes 0, -1, nothing or what was configured.
fn same_port(state: &Value, live: &Value) -> bool {
    live.is_null() || text(Some(state)) == text(Some(live))
}

fn same_protocol(state: &Value, live: &Value) -> bool {
    let read = |value: &Value| protocol(&text(Some(value)).unwrap_or_default());
    read(state) == read(live)
}

fn same_group(state: &Value, live: &Value) -> bool {
    let read = |value: &Value| group_id(&text(Some(value)).unwrap_or_default()).to_owned();
    match live {
        Value::Array(ways) => ways.iter().any(|live| read(state) == read(live)),
        live => read(state) == read(live),
    }
}

fn same_networks(state: &Value, live: &Value) -> bool {
    let read = |value: &Value| -> std::collections::BTreeSet<String> {
        texts(Some(value)).map(|text| network(&text)).collect()
    };
    read(state) == read(live)
}

/// Inline rules as AWS knows them: one for each source. How they are put into blocks is Terraform's choice, so that
/// blocks are no measure. A rule that a state names by itself may lack here.
fn same_rules(state: &Value, live: &Value) -> bool {
    let (state, live) = (atoms(state), atoms(live));
    let all_known = live
        .iter()
        .all(|(atom, standalone)| *standalone || state.contains_key(atom));
    all_known && state.keys().all(|atom| live.contains_key(atom))
}

/// Protocol, ports, description, source.
type Atom = (String, String, String, String, String);

/// Each rule, and whether some state names it by itself.
fn atoms(blocks: &Value) -> BTreeMap<Atom, bool> {
    let blocks = blocks.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut atoms = BTreeMap::new();
    for block in blocks.iter().filter_map(Value::as_object) {
        let protocol = protocol(&text(block.get("protocol")).unwrap_or_default());
        let port = |name: &str| {
            let port = text(block.get(name)).filter(|_| has_ports(&protocol));
            port.unwrap_or_default()
        };
        let description = text(block.get("description")).unwrap_or_default();
        let mut found = sources(block, "self");
        found.extend(texts(block.get("security_groups")).map(|text| group_id(&text).to_owned()));
        if found.is_empty() {
            // A rule without source is none to AWS, but a state may hold one.
            found.push(String::new());
        }
        let standalone = block.get(STANDALONE) == Some(&Value::Bool(true));
        for source in found {
            let atom = (
                protocol.clone(),
                port("from_port"),
                port("to_port"),
                description.clone(),
                source,
            );
            atoms.insert(atom, standalone);
        }
    }
    atoms
}
