//! Every call that a scan makes, disturbed in turn: what was not seen is never deleted, never changed, never clean.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use afterhours_drift_tests::parallel::each;
use afterhours_drift_tests::parts::{service, split};
use afterhours_drift_tests::tool::{Scan, tool};
use afterhours_drift_tests::{Drift, World};
use afterhours_local::Copied;
use afterhours_local::proxy::{Call, Rule};
use anyhow::Context as _;

use super::{say, world};

/// Scans that wait for their next attempt most of the time.
const AT_ONCE: usize = 6;

/// A call that is disturbed, and how.
#[derive(Debug, Clone)]
struct Case {
    service: String,
    operation: String,
    how: How,
    state: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Denied,
    Throttled,
    Failing,
    CutOff,
    Halved,
}

impl How {
    fn rule(self, rule: Rule) -> Rule {
        match self {
            Self::Denied => rule.deny(),
            Self::Throttled => rule.throttle(),
            Self::Failing => rule.server_error(),
            Self::CutOff => rule.lose_answer(),
            Self::Halved => rule.when(asks_for_all).halve(),
        }
    }
}

/// Whether a call lists everything there is, and not something by name.
fn asks_for_all(call: &Call) -> bool {
    let Some(input) = call.input.as_object() else {
        return false;
    };
    let names_something = |name: &String| {
        let name = name
            .split('.')
            .next()
            .unwrap_or_default()
            .trim_end_matches('s');
        let names = ["Id", "Name", "Arn", "Filter", "ARN"];
        names.iter().any(|end| name.ends_with(end))
    };
    let bucket = call
        .param("Bucket")
        .is_some_and(|bucket| !bucket.is_empty());
    !bucket && !input.keys().any(names_something)
}

/// `drift scan` as `caller`; no report where the scan could not begin.
fn scan(copy: &Copied, caller: &str, state: &str, more: &[&str]) -> anyhow::Result<Scan> {
    let mut arguments = vec!["drift", "scan", "--state", state, "--format", "json"];
    arguments.extend(more);
    let ran = tool(&copy.proxy.url(), caller, &arguments)?;
    let report = match ran.code {
        1 => serde_json::Value::Null,
        _ => serde_json::from_str(&ran.stdout)
            .with_context(|| format!("exit {}: {}", ran.code, ran.stderr))?,
    };
    Ok(Scan { ran, report })
}

/// The operations that a caller called, by service.
fn operations(copy: &Copied, caller: &str) -> BTreeSet<(String, String)> {
    let calls = copy.proxy.calls_of(caller).into_iter();
    calls
        .map(|record| (record.call.service, record.call.operation))
        .collect()
}

/// The cases: denied against the whole state, the others against the part of the state that makes the call.
fn cases(world: &World, copy: &Copied) -> Vec<Case> {
    let whole = world.refreshed().to_owned();
    let parts = split(&whole, world.run_folder()).unwrap();
    let clean = scan(copy, "clean", &whole.display().to_string(), &[]).unwrap();
    assert_eq!(clean.ran.code, 0, "{} {}", clean.ran.stdout, clean.holes());
    let mut cases = Vec::new();
    let mut add = |(service, operation): &(String, String), how, state: &PathBuf| {
        cases.push(Case {
            service: service.clone(),
            operation: operation.clone(),
            how,
            state: state.clone(),
        });
    };
    let mut seen = BTreeSet::new();
    for operation in operations(copy, "clean") {
        add(&operation, How::Denied, &whole);
        add(&operation, How::Halved, &whole);
        seen.insert(operation);
    }
    for (name, state) in &parts {
        let state_name = state.display().to_string();
        scan(copy, name, &state_name, &["--no-unmanaged"]).unwrap();
        for operation in operations(copy, name) {
            for how in [How::Throttled, How::Failing, How::CutOff] {
                add(&operation, how, state);
            }
        }
    }
    say(&format!("{} operations, {} cases", seen.len(), cases.len()));
    cases
}

/// What is wrong with the answer to one case; none where nothing is.
fn fault(copy: &Copied, case: &Case, number: usize) -> anyhow::Result<Option<String>> {
    let caller = format!("case-{number}");
    let rule = Rule::on(&case.service, &case.operation).caller(&caller);
    let rule = copy.proxy.add(case.how.rule(rule));
    let state = case.state.display().to_string();
    let unmanaged: &[&str] = match case.how {
        How::Denied | How::Halved => &[],
        _ => &["--no-unmanaged"],
    };
    let scan = scan(copy, &caller, &state, unmanaged)?;
    let hits = copy.proxy.hits(rule);
    copy.proxy.remove(rule);
    let invented = Drift::of_scan(&scan);
    let code = scan.ran.code;
    let action = format!("{}:{}", case.service, case.operation);
    Ok(if invented != Drift::default() {
        Some(format!("exit {code}, invents {invented}"))
    } else if case.how == How::Halved {
        // Nothing can tell that an object which no state names was left out.
        (code != 0 && code != 3).then(|| format!("exit {code}: {}", scan.ran.stdout))
    } else if hits == 0 {
        Some("was never asked".to_owned())
    } else if case.service == "sts" {
        // Without an account there is nothing to compare with: the tool says so and ends.
        (code != 1 || !scan.ran.stderr.contains("sts:GetCallerIdentity"))
            .then(|| format!("exit {code}: {}", scan.ran.stderr))
    } else if code != 3 && code != 2 {
        Some(format!("exit {code} {}", scan.ran.stderr))
    } else if !names(&scan.holes(), &action) {
        Some(format!("no word of {action}: {}", scan.holes()))
    } else {
        None
    })
}

/// Whether the coverage names the action of a call. S3 names its actions otherwise than its operations.
fn names(holes: &str, action: &str) -> bool {
    match action.strip_prefix("s3:") {
        Some(operation) => {
            let part = operation
                .trim_start_matches("GetBucket")
                .trim_start_matches("Get");
            let lower = holes.to_lowercase();
            let part = match part {
                "ListBuckets" => "listallmybuckets",
                "Accelerate" => "accelerateconfiguration",
                "Lifecycle" => "lifecycleconfiguration",
                "Encryption" => "encryptionconfiguration",
                "Replication" => "replicationconfiguration",
                "Object-lock" => "bucketobjectlockconfiguration",
                "OwnershipControls" => "bucketownershipcontrols",
                "RequestPayment" => "bucketrequestpayment",
                "PublicAccessBlock" => "bucketpublicaccessblock",
                "HeadBucket" => "listbucket",
                other => &format!("bucket{}", other.to_lowercase()),
            };
            lower.contains(&format!("s3:get{part}")) || lower.contains(&format!("s3:{part}"))
        }
        None => holes.contains(action),
    }
}

#[test]
fn a_call_that_fails_is_never_taken_for_an_absence() {
    let Some(world) = world() else { return };
    // Python does one thing at a time: one copy of the account for each core.
    let copies = [world.fork().unwrap(), world.fork().unwrap()];
    let cases: Vec<(usize, Case)> = cases(world, &copies[0]).into_iter().enumerate().collect();
    let faults = each(AT_ONCE, &cases, |(number, case)| {
        let copy = &copies[number % copies.len()];
        let fault = fault(copy, case, *number).unwrap_or_else(|error| Some(format!("{error:#}")));
        fault.map(|fault| {
            let Case {
                service,
                operation,
                how,
                ..
            } = case;
            format!("{how:?} {service}:{operation}: {fault}")
        })
    });
    let faults: Vec<String> = faults.into_iter().flatten().collect();
    assert!(
        faults.is_empty(),
        "{} of {}:\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}

#[test]
fn short_pages_and_slow_answers_give_the_clean_result() {
    let Some(world) = world() else { return };
    let copy = world.fork().unwrap();
    let state = world.refreshed().display().to_string();
    let clean = scan(&copy, "clean", &state, &[]).unwrap();
    let calls_of = |caller: &str| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for record in copy.proxy.calls_of(caller) {
            *counts.entry(record.call.operation).or_default() += 1;
        }
        counts
    };
    for (name, rule) in [
        ("pages-of-one", Rule::on("*", "*").page_size(1)),
        ("pages-of-two", Rule::on("*", "*").page_size(2)),
        ("slow", Rule::on("*", "*").delay(Duration::from_millis(200))),
    ] {
        let rule = copy.proxy.add(rule.caller(name));
        let disturbed = scan(&copy, name, &state, &[]).unwrap();
        assert!(copy.proxy.remove(rule));
        assert_eq!(disturbed.ran.code, 0, "{name}: {}", disturbed.ran.stdout);
        let coverage = |scan: &Scan| scan.report["coverage"].clone();
        assert_eq!(coverage(&disturbed), coverage(&clean), "{name}");
        if name == "pages-of-one" {
            let (short, long) = (calls_of(name), calls_of("clean"));
            let more = short
                .iter()
                .filter(|(operation, count)| long.get(*operation) < Some(count));
            let more: Vec<&String> = more.map(|(operation, _)| operation).collect();
            say(&format!("in several pages: {more:?}"));
            assert!(more.len() >= 10, "{short:?} {long:?}");
        }
    }
}

#[test]
fn every_service_is_disturbed() {
    let Some(world) = world() else { return };
    let folder = world.run_folder().join("parts");
    std::fs::create_dir_all(&folder).unwrap();
    let parts = split(world.refreshed(), &folder).unwrap();
    let services: Vec<&str> = parts.keys().copied().collect();
    assert_eq!(
        services,
        ["autoscaling", "ec2", "iam", "s3", "sagemaker", "sns"]
    );
    assert_eq!(service("aws_security_group_rule"), "ec2");
}
