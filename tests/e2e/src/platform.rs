//! The sample platform with sizes chosen at random, and its configuration.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// Groups of `tests/platform/groups.tf` whose sizes are chosen; `gpu-parked` stays at zero.
const GROUPS: [&str; 7] = [
    "gpu-training",
    "gpu-batch",
    "gpu-notebooks",
    "gpu-eks",
    "gpu-protected",
    "gpu-untagged",
    "cpu-web",
];

/// Endpoints of `tests/platform/endpoints.tf` whose instance counts are chosen.
const ENDPOINTS: [&str; 4] = [
    "sample-chat",
    "sample-ranking",
    "sample-fraud",
    "sample-embeddings",
];

/// Variables of the platform, chosen by a seed.
pub fn variables(random: &mut Random) -> Value {
    let sizes: Map<String, Value> = GROUPS
        .iter()
        .map(|name| {
            let min = random.between(0, 3);
            // A lease of two is asked for in the night.
            let desired = min.max(1) + random.between(0, 5);
            let max = desired.max(2) + random.between(0, 4);
            (
                (*name).to_owned(),
                json!({"min": min, "desired": desired, "max": max}),
            )
        })
        .collect();
    let counts: Map<String, Value> = ENDPOINTS
        .iter()
        .map(|name| ((*name).to_owned(), random.between(1, 6).into()))
        .collect();
    json!({
        "group_sizes": sizes,
        "endpoint_counts": counts,
        "async_count": random.between(1, 8),
    })
}

/// The configuration of the scaler for the platform.
pub fn config(bucket: &str, topic_arn: &str) -> Value {
    json!({
        "version": 1,
        "mode": "act",
        "environment": "sample",
        "zone": "Europe/Berlin",
        "bucket": bucket,
        "topic_arn": topic_arn,
        "scopes": [{"account": afterhours_local::ACCOUNT, "region": afterhours_local::REGION}],
        "schedules": {"office": "Mon-Fri 08:00-18:00"},
        "default_schedule": "office",
        "production": {"tag": "Environment", "values": ["production"]},
        "recreate_endpoints": ["sample-chat", "sample-ranking"],
        "digest": {"at": "08:45"},
        "notify": {"slack_webhook_secret": SLACK_SECRET},
        // The local AWS has no limits to respect.
        "rates": {"autoscaling": 1000.0, "application_autoscaling": 1000.0, "sagemaker": 1000.0},
    })
}

/// The secret that holds the Slack webhook's address.
pub const SLACK_SECRET: &str = "afterhours/slack-webhook";
