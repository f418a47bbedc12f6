//! The samples in `events/alerts` are what the constructors make.

use std::path::PathBuf;

use afterhours_core::alert::digest::{
    self, Calls, Failed, KeptAwake, Night, Open, Slept, StillBilling, Woke,
};
use afterhours_core::alert::scale::{self, Failure, Finding, Operation, Subject};
use afterhours_core::alert::{Envelope, Scope, from_sns_message};
use jiff::Timestamp;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn scope() -> Scope {
    Scope {
        account: "123456789012".to_owned(),
        region: "eu-central-1".to_owned(),
        environment: "production".to_owned(),
    }
}

fn group(name: &str) -> Subject {
    Subject {
        scope: scope(),
        target: name.to_owned(),
        kind: "asg".to_owned(),
        arn: Some(format!(
            "arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:6f0c:autoScalingGroupName/{name}"
        )),
    }
}

/// A night in which six groups slept and woke and a lease kept one awake.
pub(crate) fn quiet_night() -> Night {
    let names = [
        "gpu-training",
        "gpu-inference",
        "gpu-batch",
        "notebooks",
        "feature-store",
        "quant-endpoint",
    ];
    let kind = |name: &str| {
        if name == "quant-endpoint" {
            "endpoint"
        } else {
            "asg"
        }
        .to_owned()
    };
    Night {
        scope: scope(),
        from: at("2026-11-20T18:00:00Z"),
        to: at("2026-11-21T07:00:00Z"),
        zone: "Europe/Berlin".to_owned(),
        slept: (0..)
            .zip(names)
            .map(|(i, name)| Slept {
                target: name.to_owned(),
                kind: kind(name),
                at: at("2026-11-20T18:00:04Z") + jiff::SignedDuration::from_secs(60 * i),
                from: format!("{}/{}/{}", i, i + 2, i + 6),
            })
            .collect(),
        woke: (0..)
            .zip(names)
            .map(|(i, name)| Woke {
                target: name.to_owned(),
                kind: kind(name),
                at: at("2026-11-21T06:55:02Z") + jiff::SignedDuration::from_secs(10 * i),
                to: format!("{}/{}/{}", i, i + 2, i + 6),
            })
            .collect(),
        kept_awake: vec![KeptAwake {
            target: "gpu-experiments".to_owned(),
            until: at("2026-11-21T00:00:00Z"),
            count: Some(2),
            reason: Some("fine-tuning run, ends about midnight".to_owned()),
            owner: Some("ops".to_owned()),
            verified: false,
        }],
        failed: Vec::new(),
        still_billing: Vec::new(),
        open: Vec::new(),
        paused: None,
        contributions: Vec::new(),
        calls: Some(Calls {
            reads: 412,
            mutations: 31,
        }),
        omitted: digest::Omitted::default(),
    }
}

/// The same night with a group that did not wake.
pub(crate) fn bad_night() -> Night {
    let mut night = quiet_night();
    night.woke.retain(|woke| woke.target != "gpu-training");
    night.failed = vec![
        Failed {
            target: "gpu-batch".to_owned(),
            kind: "asg".to_owned(),
            at: at("2026-11-20T18:00:09Z"),
            action: "sleep".to_owned(),
            error: "Throttling: Rate exceeded".to_owned(),
            still_failing: false,
        },
        Failed {
            target: "gpu-training".to_owned(),
            kind: "asg".to_owned(),
            at: at("2026-11-21T06:55:00Z"),
            action: "wake".to_owned(),
            error: "AccessDenied: not authorized to perform autoscaling:UpdateAutoScalingGroup because no identity-based policy allows it".to_owned(),
            still_failing: true,
        },
    ];
    night.still_billing = vec![StillBilling {
        target: "gpu-batch".to_owned(),
        note: "2 warm-pool instances keep their volumes".to_owned(),
    }];
    night.open = vec![Open {
        target: "notebooks".to_owned(),
        what: "Its schedule cannot be read: \"Mon-Fry 08:00-18:00\"".to_owned(),
        since: at("2026-11-18T09:12:00Z"),
    }];
    night
}

pub(crate) fn samples() -> Vec<(&'static str, Envelope)> {
    let noon = at("2026-11-20T11:00:00Z");
    vec![
        ("night-quiet", digest::envelope(&quiet_night())),
        ("night-with-a-failed-wake", digest::envelope(&bad_night())),
        (
            "wake-failed",
            scale::failure(
                &group("gpu-training"),
                &Failure {
                    operation: Operation::Wake,
                    call: Some("UpdateAutoScalingGroup"),
                    error: "AccessDenied: not authorized to perform autoscaling:UpdateAutoScalingGroup",
                    fix: Some(
                        "Allow autoscaling:UpdateAutoScalingGroup on groups with the tag afterhours:schedule.",
                    ),
                },
                at("2026-11-21T06:55:00Z"),
            ),
        ),
        (
            "sleep-failed",
            scale::failure(
                &group("gpu-batch"),
                &Failure {
                    operation: Operation::Sleep,
                    call: Some("UpdateAutoScalingGroup"),
                    error: "ScalingActivityInProgress: instance refresh in progress",
                    fix: None,
                },
                at("2026-11-20T18:00:09Z"),
            ),
        ),
        (
            "cannot-wake",
            scale::finding(
                &Subject {
                    scope: scope(),
                    target: "quant-endpoint".to_owned(),
                    kind: "endpoint".to_owned(),
                    arn: Some(
                        "arn:aws:sagemaker:eu-central-1:123456789012:endpoint/quant-endpoint"
                            .to_owned(),
                    ),
                },
                &Finding::CannotWake {
                    why: "endpoint configuration quant-v3 was deleted",
                    fix: "Create an endpoint configuration named quant-v3 again; its production variants are in the record.",
                },
                at("2026-11-21T06:55:00Z"),
            ),
        ),
        (
            "invalid-schedule",
            scale::finding(
                &group("notebooks"),
                &Finding::InvalidSchedule {
                    value: "Mon-Fry 08:00-18:00",
                    error: "unknown day \"Fry\" at column 5",
                    fix: "Write days as Mon, Tue, Wed, Thu, Fri, Sat or Sun.",
                },
                noon,
            ),
        ),
        (
            "still-billing",
            scale::finding(
                &group("gpu-batch"),
                &Finding::StillBilling {
                    what: "2 warm-pool instances keep their volumes",
                    fix: Some("Set the warm pool's minimum size to 0."),
                },
                noon,
            ),
        ),
        (
            "foreign-message",
            from_sns_message(
                "Budget Name: platform\nBudget Type: Cost\nYou have passed 80% of 1000.00 USD",
                Some("AWS Budgets: platform has exceeded your alert threshold"),
                noon,
            ),
        ),
    ]
}

pub(crate) fn root(path: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", path]
        .iter()
        .collect()
}

#[test]
fn every_sample_file_is_what_its_constructor_makes() {
    let samples = samples();
    for (name, envelope) in &samples {
        let path = root("events/alerts").join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let made = serde_json::to_string_pretty(envelope).unwrap() + "\n";
        assert_eq!(text, made, "{}", path.display());
    }
    let files = std::fs::read_dir(root("events/alerts")).unwrap().count();
    assert_eq!(
        files,
        samples.len(),
        "a file without a sample, or the reverse"
    );
}
