//! What goes over the wire, and what comes of what comes back.

use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_tagging::ResourceTags;
use afterhours_ports::{ErrorClass, Tagging as _};
use serde_json::{Value, json};

fn page(resources: &[(&str, &str, &str)], next: &str) -> Reply {
    let resources: Vec<Value> = resources
        .iter()
        .map(|(arn, key, value)| json!({ "ResourceARN": arn, "Tags": [{ "Key": key, "Value": value }] }))
        .collect();
    // The last page has an empty token, not none.
    Reply::ok(json!({ "ResourceTagMappingList": resources, "PaginationToken": next }).to_string())
}

#[tokio::test(start_paused = true)]
async fn each_key_is_listed_over_its_pages_and_the_finds_are_merged() {
    let script = Script::new([
        page(&[("arn:a", "afterhours:schedule", "office")], "n"),
        page(&[("arn:b", "afterhours:schedule", "")], ""),
        page(
            &[
                ("arn:b", "AutoShutdown", "True"),
                ("arn:c", "AutoShutdown", "True"),
            ],
            "",
        ),
    ]);
    let keys = ["afterhours:schedule", "AutoShutdown"];
    let found = ResourceTags::new(&script.aws())
        .endpoints(&keys)
        .await
        .unwrap();
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        ["arn:a", "arn:b", "arn:c"]
    );
    assert_eq!(found["arn:a"]["afterhours:schedule"], "office");
    let sent = script.sent();
    let body = |index: usize| serde_json::from_str::<Value>(&sent[index].body).unwrap();
    let expected = json!({
        "ResourceTypeFilters": ["sagemaker:endpoint"], "ResourcesPerPage": 100,
        "TagFilters": [{ "Key": "afterhours:schedule" }], "PaginationToken": "n",
    });
    assert_eq!(body(1), expected);
    assert_eq!(body(2)["TagFilters"], json!([{ "Key": "AutoShutdown" }]));
}

#[tokio::test(start_paused = true)]
async fn no_key_makes_no_call() {
    let script = Script::new([]);
    assert!(
        ResourceTags::new(&script.aws())
            .endpoints(&[])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(script.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn faults_are_errors_and_throttling_is_retried() {
    let lacking = json!({ "ResourceTagMappingList": [{ "Tags": [] }] }).to_string();
    let script = Script::new([
        Reply::json_error(400, "ThrottledException", "Rate exceeded"),
        page(&[], ""),
        Reply::json_error(400, "AccessDeniedException", "no"),
        Reply::ok(lacking),
        Reply::ok("{"),
        page(&[("arn:a", "k", "v")], "n"),
        page(&[("arn:a", "k", "v")], "n"),
    ]);
    let tags = ResourceTags::new(&script.aws());
    assert!(tags.endpoints(&["k"]).await.unwrap().is_empty());
    assert_eq!(
        tags.endpoints(&["k"]).await.unwrap_err().class,
        ErrorClass::Denied
    );
    assert!(
        tags.endpoints(&["k"])
            .await
            .unwrap_err()
            .message
            .contains("`ResourceARN`")
    );
    assert_eq!(
        tags.endpoints(&["k"]).await.unwrap_err().class,
        ErrorClass::Unavailable
    );
    assert!(
        tags.endpoints(&["k"])
            .await
            .unwrap_err()
            .message
            .contains("there before")
    );
}
