//! Sentences for what opens or closes something.

use afterhours_core::alert::Severity;
use serde_json::{Map, Value};

use crate::compare::Difference;

/// Severity and sentence; none where there is nothing special to say.
pub(super) fn said(kind: &str, difference: &Difference) -> Option<(Severity, String)> {
    let path = difference.path.as_str();
    match kind {
        "aws_security_group" | "aws_default_security_group"
            if path == "ingress" || path == "egress" =>
        {
            rules(path, difference)
        }
        "aws_security_group_rule"
        | "aws_vpc_security_group_ingress_rule"
        | "aws_vpc_security_group_egress_rule"
            if is_open(&difference.live) && !is_open(&difference.state) =>
        {
            Some((
                Severity::Critical,
                format!("{path} now covers the whole internet"),
            ))
        }
        _ => flag(path, difference),
    }
}

/// Flags and settings that mean the same wherever they are.
fn flag(path: &str, difference: &Difference) -> Option<(Severity, String)> {
    let name = path.rsplit('.').next().unwrap_or(path);
    let off = is(&difference.state, true) && is(&difference.live, false);
    let on = is(&difference.state, false) && is(&difference.live, true);
    let said = match name {
        "block_public_acls"
        | "block_public_policy"
        | "ignore_public_acls"
        | "restrict_public_buckets"
            if off =>
        {
            (
                Severity::Critical,
                format!("{name} was lifted: the bucket may become public"),
            )
        }
        "publicly_accessible" | "map_public_ip_on_launch" | "associate_public_ip_address" if on => {
            (Severity::Critical, format!("{name} was switched on"))
        }
        "encrypted" | "storage_encrypted" | "enable_key_rotation" if off => {
            (Severity::Critical, format!("{name} was switched off"))
        }
        "http_tokens" if difference.state == "required" && difference.live == "optional" => (
            Severity::Warning,
            "instance metadata answers without a session token (IMDSv1)".to_owned(),
        ),
        "enabled" if path.starts_with("versioning") && off => {
            (Severity::Warning, "versioning was stopped".to_owned())
        }
        "status"
            if path.starts_with("versioning")
                && difference.state == "Enabled"
                && difference.live != "Enabled" =>
        {
            (Severity::Warning, "versioning was stopped".to_owned())
        }
        "acl"
            if difference
                .live
                .as_str()
                .is_some_and(|acl| acl.starts_with("public")) =>
        {
            (Severity::Critical, "the bucket's ACL is public".to_owned())
        }
        _ => return None,
    };
    Some(said)
}

fn is(value: &Value, flag: bool) -> bool {
    match value {
        Value::Bool(value) => *value == flag,
        Value::String(text) => *text == flag.to_string(),
        Value::Null => !flag,
        _ => false,
    }
}

/// Rules of a security group that came and went.
fn rules(path: &str, difference: &Difference) -> Option<(Severity, String)> {
    let blocks = |value: &Value| -> Vec<Map<String, Value>> {
        let items = value.as_array().cloned().unwrap_or_default();
        items
            .into_iter()
            .filter_map(|item| match item {
                Value::Object(block) => Some(block),
                _ => None,
            })
            .collect()
    };
    let (gone, new) = (blocks(&difference.state), blocks(&difference.live));
    let mut worst = Severity::Notice;
    let mut said = Vec::new();
    let inward = path == "ingress";
    for rule in &new {
        for peer in peers(rule) {
            // What both versions of a changed rule name is neither opened nor closed.
            if gone
                .iter()
                .any(|old| ports(old) == ports(rule) && peers(old).contains(&peer))
            {
                continue;
            }
            let world = is_world(&peer);
            let severity = match (inward, world) {
                (true, true) => Severity::Critical,
                _ => Severity::Warning,
            };
            worst = worst.max(severity);
            let peer = if world {
                format!("the world ({peer})")
            } else {
                peer
            };
            said.push(if inward {
                format!("opens {} to {peer}", ports(rule))
            } else {
                format!("lets {} out to {peer}", ports(rule))
            });
        }
    }
    for rule in &gone {
        for peer in peers(rule) {
            if new
                .iter()
                .any(|now| ports(now) == ports(rule) && peers(now).contains(&peer))
            {
                continue;
            }
            said.push(if inward {
                format!("closes {} to {peer}", ports(rule))
            } else {
                format!("no longer lets {} out to {peer}", ports(rule))
            });
        }
    }
    (!said.is_empty()).then(|| (worst, said.join(", ")))
}

/// `22/tcp`, `8000-8080/tcp`, `all traffic`.
fn ports(rule: &Map<String, Value>) -> String {
    let protocol = match rule.get("protocol").map(scalar).unwrap_or_default() {
        protocol if protocol == "-1" || protocol == "all" => return "all traffic".to_owned(),
        protocol if protocol == "6" => "tcp".to_owned(),
        protocol if protocol == "17" => "udp".to_owned(),
        protocol => protocol,
    };
    let from = rule.get("from_port").map(scalar).unwrap_or_default();
    let to = rule.get("to_port").map(scalar).unwrap_or_default();
    match (protocol.as_str(), from == to) {
        ("icmp" | "icmpv6", _) => protocol,
        (_, true) => format!("{from}/{protocol}"),
        (_, false) => format!("{from}-{to}/{protocol}"),
    }
}

/// Who a rule names.
fn peers(rule: &Map<String, Value>) -> Vec<String> {
    let mut named: Vec<String> = [
        "cidr_blocks",
        "ipv6_cidr_blocks",
        "prefix_list_ids",
        "security_groups",
    ]
    .iter()
    .filter_map(|name| rule.get(*name))
    .filter_map(Value::as_array)
    .flatten()
    .map(scalar)
    .collect();
    if rule.get("self") == Some(&Value::Bool(true)) {
        named.push("itself".to_owned());
    }
    named
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_world(peer: &str) -> bool {
    peer == "0.0.0.0/0" || peer == "::/0"
}

fn is_open(value: &Value) -> bool {
    match value {
        Value::String(text) => is_world(text),
        Value::Array(items) => items.iter().any(is_open),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::Meaning;

    fn difference(path: &str, state: Value, live: Value) -> Difference {
        Difference {
            path: path.to_owned(),
            state,
            live,
            meaning: Meaning::Security,
            secret: false,
            rule: "",
        }
    }

    fn rule(port: u16, cidr: &[&str]) -> Value {
        json!({"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": cidr,
               "ipv6_cidr_blocks": [], "self": false})
    }

    #[test]
    fn a_port_that_is_opened_to_the_world_is_critical_and_named() {
        let opened = difference("ingress", json!([]), json!([rule(22, &["0.0.0.0/0"])]));
        assert_eq!(
            said("aws_security_group", &opened),
            Some((
                Severity::Critical,
                "opens 22/tcp to the world (0.0.0.0/0)".to_owned()
            ))
        );
    }

    #[test]
    fn only_what_a_widened_rule_adds_is_said() {
        let widened = difference(
            "ingress",
            json!([rule(443, &["10.0.0.0/8"])]),
            json!([rule(443, &["10.0.0.0/8", "192.0.2.0/24"])]),
        );
        assert_eq!(
            said("aws_security_group", &widened),
            Some((
                Severity::Warning,
                "opens 443/tcp to 192.0.2.0/24".to_owned()
            ))
        );
    }

    #[test]
    fn a_rule_that_went_is_closed() {
        let closed = difference("ingress", json!([rule(443, &["10.0.0.0/8"])]), json!([]));
        assert_eq!(
            said("aws_security_group", &closed),
            Some((Severity::Notice, "closes 443/tcp to 10.0.0.0/8".to_owned()))
        );
    }

    #[test]
    fn stopping_a_versioning_is_said_in_both_shapes() {
        let inline = difference("versioning[0].enabled", json!(true), json!(false));
        let apart = difference(
            "versioning_configuration[0].status",
            json!("Enabled"),
            json!("Suspended"),
        );
        for (kind, difference) in [
            ("aws_s3_bucket", inline),
            ("aws_s3_bucket_versioning", apart),
        ] {
            assert_eq!(
                said(kind, &difference),
                Some((Severity::Warning, "versioning was stopped".to_owned()))
            );
        }
    }
}
