//! Nights to look at: an ordinary one, a large one, an empty one, one in which all fails, and a hostile one.

use afterhours_report::{
    CheckStatus, Coverage, Failure, Finding, Gap, Looked, Night, OpenItem, Phase, Savings,
    Severity, Sleeper, Sleepers, State,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// The sample that the documentation shows.
pub const NIGHT: &str = include_str!("../../../events/report/night.json");

/// An ordinary night, with a lease, a hold, drift and an anomaly.
///
/// # Panics
/// The sample is no document of a night.
#[expect(clippy::panic, reason = "a sample that cannot be read fails the test")]
pub fn night() -> Night {
    Night::from_json(NIGHT).unwrap_or_else(|error| panic!("events/report/night.json: {error}"))
}

fn minutes(at: Timestamp, minutes: usize) -> Timestamp {
    let minutes = i64::try_from(minutes).unwrap_or(0);
    at.checked_add(SignedDuration::from_mins(minutes))
        .unwrap_or(at)
}

fn sleepers(night: &Night) -> Vec<Sleeper> {
    night
        .sleepers
        .found()
        .map(|found| found.items.clone())
        .unwrap_or_default()
}

/// The ordinary night with so many sleepers: those of the sample over and over, at slightly other times.
pub fn many(n: usize) -> Night {
    let mut night = night();
    let few = sleepers(&night);
    let items = few
        .iter()
        .cycle()
        .take(n)
        .enumerate()
        .map(|(index, one)| {
            let mut one = one.clone();
            one.target = format!("{}-{index:04}", one.target);
            for phase in one.timeline.iter_mut().skip(1) {
                phase.at = minutes(phase.at, index % 23);
            }
            // Claims and failures are the exception in a large platform as well.
            if index >= few.len() * 3 {
                one.claims.clear();
                one.failures.clear();
                one.still_billing = None;
            }
            one
        })
        .collect();
    night.sleepers = Looked::LookedAt(Sleepers {
        items,
        gaps: Vec::new(),
    });
    night
}

/// A night of which nothing is known, because nobody looked.
pub fn unseen() -> Night {
    let night = night();
    Night {
        sleepers: Looked::NotLookedAt("the scaler has not run yet".to_owned()),
        savings: Looked::NotLookedAt("no price file is configured".to_owned()),
        drift: Looked::NotLookedAt("no Terraform state is configured".to_owned()),
        cost: Looked::NotLookedAt("ce:GetCostAndUsage is denied".to_owned()),
        health: Looked::default(),
        open: Vec::new(),
        scopes: Vec::new(),
        ..night
    }
}

/// A night in which everything was looked at, and there was nothing.
pub fn empty() -> Night {
    let mut night = night();
    night.sleepers = Looked::LookedAt(Sleepers::default());
    night.savings = Looked::LookedAt(Savings::default());
    night.open.clear();
    if let Looked::LookedAt(drift) = &mut night.drift {
        drift.findings.clear();
        drift.suppressed = 0;
        drift.coverage = Coverage {
            compared: 195,
            out_of_scope: 14,
            ..Coverage::default()
        };
    }
    if let Looked::LookedAt(cost) = &mut night.cost {
        cost.series.clear();
        cost.anomalies.clear();
        cost.incidents.clear();
        cost.forecast.clear();
    }
    if let Looked::LookedAt(health) = &mut night.health {
        health
            .checks
            .retain(|check| check.status == CheckStatus::Ok);
    }
    night
}

/// A night in which every sleeper failed, and much could not be read.
pub fn failed() -> Night {
    let mut night = night();
    let mut items = sleepers(&night);
    for (index, one) in items.iter_mut().enumerate() {
        let at = minutes(night.from, 120 + index);
        one.timeline = vec![
            Phase {
                at: night.from,
                state: State::Awake,
                note: None,
            },
            Phase {
                at,
                state: State::Failed,
                note: Some("AccessDenied".to_owned()),
            },
        ];
        one.saved = None;
        one.claims.clear();
        one.still_billing = None;
        one.failures = vec![Failure {
            at: minutes(night.from, 700),
            action: "sleep".to_owned(),
            error: format!(
                "AccessDenied: User: arn:aws:sts::123456789012:assumed-role/scaler is not authorized to perform: \
                 autoscaling:UpdateAutoScalingGroup on resource number {index}"
            ),
            still_failing: true,
        }];
    }
    night.sleepers = Looked::LookedAt(Sleepers {
        items,
        gaps: vec![Gap {
            what: "endpoints of 123456789012/us-east-1".to_owned(),
            reason: "sagemaker:ListEndpoints is denied".to_owned(),
        }],
    });
    night.savings = Looked::LookedAt(Savings::default());
    night.drift = Looked::NotLookedAt("the state is locked since 21:04".to_owned());
    night
}

/// A night in which every text tries to be something else.
pub fn hostile() -> Night {
    let mut night = night();
    let bad = || {
        "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\" onload='alert(1)' \u{202e}txt.exe &amp; {{7*7}}".to_owned()
    };
    night.deployment = bad();
    night.environment = bad();
    night.zone = bad();
    let mut items = sleepers(&night);
    for one in &mut items {
        one.target = format!("asg/{}", bad());
        one.schedule = Some(bad());
        one.account = bad();
        one.region = bad();
        one.still_billing = Some("x".repeat(3_000));
        for phase in &mut one.timeline {
            phase.note = Some(bad());
        }
        for claim in &mut one.claims {
            claim.owner = Some(bad());
            claim.reason = Some(bad());
        }
        for failure in &mut one.failures {
            failure.action = bad();
            failure.error = bad();
        }
    }
    night.sleepers = Looked::LookedAt(Sleepers {
        items,
        gaps: vec![Gap {
            what: bad(),
            reason: bad(),
        }],
    });
    night.open = ["javascript:alert(1)", "https://example.com/\"><script>"]
        .into_iter()
        .map(|link| OpenItem {
            about: bad(),
            what: bad(),
            severity: Severity::Warning,
            since: None,
            command: Some(bad()),
            link: Some(link.to_owned()),
        })
        .collect();
    if let Looked::LookedAt(drift) = &mut night.drift {
        let finding = json!({
            "class": "changed", "address": bad(), "type": bad(), "id": bad(), "account": bad(), "region": bad(),
            "severity": "critical", "summary": bad(), "explained": null, "next_step": bad(), "who": bad(),
            "attributes": [{ "path": bad(), "state": bad(), "live": [bad()] }],
        });
        drift
            .findings
            .extend(serde_json::from_value::<Finding>(finding));
        for state in &mut drift.states {
            state.source = bad();
        }
        drift.coverage.incomplete_listings.push(bad());
    }
    if let Looked::LookedAt(cost) = &mut night.cost {
        cost.currency = bad();
        cost.source = bad();
        for series in &mut cost.series {
            series.key = bad();
        }
        for incident in &mut cost.incidents {
            incident.key = bad();
            incident.cause = Some(bad());
            for part in &mut incident.parts {
                part.name = bad();
            }
        }
        for forecast in &mut cost.forecast {
            forecast.key = bad();
            forecast.month = bad();
        }
    }
    if let Looked::LookedAt(health) = &mut night.health {
        for check in &mut health.checks {
            check.name = bad();
            check.detail = bad();
        }
    }
    night
}
