//! `explain` shows each attribute, and no secret within one.

use afterhours_diff::Live;
use afterhours_diff::catalog;
use afterhours_diff::compare::{Surroundings, rows};
use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[test]
fn secrets_within_blocks_are_not_shown() {
    let model = |token: &str| {
        object(json!({"name": "m", "primary_container":
            [{"image": "a:1", "environment": {"TOKEN": token}}]}))
    };
    let live = Live {
        kind: "aws_sagemaker_model",
        key: "m".to_owned(),
        attributes: model("hush-live"),
        ..Live::default()
    };
    let surroundings = Surroundings {
        account: "123456789012".to_owned(),
        partition: "aws".to_owned(),
    };
    let kind = catalog::find("aws_sagemaker_model");
    let rows = kind.map(|kind| rows(kind, &model("hush-state"), &live, &surroundings, &|_| false));
    let printed = format!("{rows:?}");
    assert!(!printed.contains("hush"), "{printed}");
    assert!(printed.contains("(sensitive value)") && printed.contains("a:1"));
}
