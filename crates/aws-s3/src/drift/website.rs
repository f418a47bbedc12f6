//! A bucket as a website.

use aws_sdk_s3::operation::get_bucket_website::GetBucketWebsiteOutput;
use aws_sdk_s3::types::RoutingRule;
use serde_json::{Map, Value, json};

use super::said::Said;
use super::values::{block, blocks, object, text};

pub(super) fn website(found: Option<&GetBucketWebsiteOutput>) -> Said {
    let Some(found) = found else {
        return Said::both("website", json!([]), None);
    };
    let index = found
        .index_document()
        .map(aws_sdk_s3::types::IndexDocument::suffix);
    let error = found
        .error_document()
        .map(aws_sdk_s3::types::ErrorDocument::key);
    let to = found.redirect_all_requests_to();
    let routing = match found.routing_rules() {
        [] => String::new(),
        rules => Value::Array(rules.iter().map(document).collect()).to_string(),
    };
    let inline = json!({
        "index_document": index,
        "error_document": error,
        "redirect_all_requests_to": to.map(|to| match to.protocol() {
            Some(protocol) => format!("{}://{}", protocol.as_str(), to.host_name()),
            None => to.host_name().to_owned(),
        }),
        "routing_rules": routing,
    });
    let own = object([
        (
            "index_document",
            block(index.map(|suffix| json!({"suffix": suffix}))),
        ),
        (
            "error_document",
            block(error.map(|key| json!({"key": key}))),
        ),
        (
            "redirect_all_requests_to",
            block(
                to.map(|to| json!({"host_name": to.host_name(), "protocol": text(to.protocol())})),
            ),
        ),
        ("routing_rule", blocks(found.routing_rules(), routing_rule)),
        ("routing_rules", Value::from(routing)),
    ]);
    Said::both("website", json!([inline]), Some(own))
}

fn routing_rule(rule: &RoutingRule) -> Value {
    let condition = rule.condition().map(|condition| {
        json!({
            "http_error_code_returned_equals": condition.http_error_code_returned_equals(),
            "key_prefix_equals": condition.key_prefix_equals(),
        })
    });
    let redirect = rule.redirect().map(|redirect| {
        json!({
            "host_name": redirect.host_name(),
            "http_redirect_code": redirect.http_redirect_code(),
            "protocol": text(redirect.protocol()),
            "replace_key_prefix_with": redirect.replace_key_prefix_with(),
            "replace_key_with": redirect.replace_key_with(),
        })
    });
    json!({"condition": block(condition), "redirect": block(redirect)})
}

/// The rule as S3 names its fields, without those that are absent: what Terraform keeps as JSON text.
fn document(rule: &RoutingRule) -> Value {
    let known = |members: &[(&str, Option<&str>)]| {
        let members = members
            .iter()
            .filter_map(|(name, value)| Some(((*name).to_owned(), Value::from((*value)?))));
        Value::Object(members.collect())
    };
    let mut document = Map::new();
    if let Some(condition) = rule.condition() {
        let members = [
            (
                "HttpErrorCodeReturnedEquals",
                condition.http_error_code_returned_equals(),
            ),
            ("KeyPrefixEquals", condition.key_prefix_equals()),
        ];
        document.insert("Condition".to_owned(), known(&members));
    }
    if let Some(redirect) = rule.redirect() {
        let protocol = redirect.protocol().map(aws_sdk_s3::types::Protocol::as_str);
        let members = [
            ("HostName", redirect.host_name()),
            ("HttpRedirectCode", redirect.http_redirect_code()),
            ("Protocol", protocol),
            ("ReplaceKeyPrefixWith", redirect.replace_key_prefix_with()),
            ("ReplaceKeyWith", redirect.replace_key_with()),
        ];
        document.insert("Redirect".to_owned(), known(&members));
    }
    Value::Object(document)
}
