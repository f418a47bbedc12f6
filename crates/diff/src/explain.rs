//! Differences that the scaler or an autoscaler made: explained, never beyond what the evidence names.

use std::collections::BTreeSet;

use afterhours_core::memory::{GroupRecord, Record, Saved, ScopeDocument};
use afterhours_core::model::{GroupSize, TargetId};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::compare::{Comparison, Difference};
use crate::finding::Explained;
use crate::live::Live;

/// The live side as it would be had the scaler taken nothing away, and what proves it.
///
/// Only what a record names is put back: a size that the scaler wrote and that is still there, and processes that it
/// suspended and that are still suspended. None where no record is of this very object.
pub fn before_sleep(live: &Live, memory: &ScopeDocument) -> Option<(Live, Explained)> {
    if live.kind != "aws_autoscaling_group" {
        return None;
    }
    let target = TargetId::group(live.key.as_str());
    let record = memory.records.get(&target)?;
    if live.arn.as_deref() != Some(record.arn.as_str()) {
        return None;
    }
    let Saved::Group(saved) = &record.saved else {
        return None;
    };
    let mut before = live.clone();
    let mut named = Vec::new();
    if let Some(now) = size(live)
        && is_written(saved, now)
        && now != saved.size
    {
        before
            .attributes
            .insert("min_size".to_owned(), json!(saved.size.min));
        before
            .attributes
            .insert("desired_capacity".to_owned(), json!(saved.size.desired));
        before
            .attributes
            .insert("max_size".to_owned(), json!(saved.size.max));
        named.push(format!(
            "took its size {} (min/desired/max) and wrote {}",
            figures(saved.size),
            figures(now)
        ));
    }
    if let Some(Value::Array(suspended)) = live.attributes.get("suspended_processes") {
        let theirs: Vec<Value> = suspended
            .iter()
            .filter(|process| {
                !process
                    .as_str()
                    .is_some_and(|process| saved.suspended_by_us.contains(process))
            })
            .cloned()
            .collect();
        if theirs.len() != suspended.len() {
            before
                .attributes
                .insert("suspended_processes".to_owned(), Value::Array(theirs));
            named.push("suspended processes".to_owned());
        }
    }
    (!named.is_empty()).then(|| {
        let evidence = format!(
            "record of {target}, taken {}: {}",
            record.captured_at,
            named.join("; ")
        );
        (
            before,
            Explained {
                by: "scaler".to_owned(),
                evidence,
            },
        )
    })
}

/// Why an object that the state names is gone: the scaler deleted that very endpoint, and will make it again.
pub fn deleted_on_purpose(
    kind: &str,
    name: &str,
    arn: Option<&str>,
    memory: &ScopeDocument,
) -> Option<Explained> {
    if kind != "aws_sagemaker_endpoint" {
        return None;
    }
    let target = TargetId::endpoint(name);
    let record: &Record = memory.records.get(&target)?;
    let Saved::Endpoint(saved) = &record.saved else {
        return None;
    };
    (saved.is_deleted_on_purpose() && arn == Some(record.arn.as_str())).then(|| Explained {
        by: "scaler".to_owned(),
        evidence: format!(
            "record of {target}, taken {}: deleted for the night, to be made again",
            record.captured_at
        ),
    })
}

/// Why a scheduled action is gone: it ran for the last time, and EC2 Auto Scaling removes those
/// (<https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html>).
pub fn has_run(kind: &str, state: &Map<String, Value>, now: Timestamp) -> Option<Explained> {
    if kind != "aws_autoscaling_schedule" {
        return None;
    }
    let instant = |name: &str| state.get(name)?.as_str()?.parse::<Timestamp>().ok();
    let recurs = state
        .get("recurrence")
        .and_then(Value::as_str)
        .is_some_and(|recurrence| !recurrence.is_empty());
    let last = match instant("end_time") {
        Some(end) => Some(end),
        None if recurs => None,
        None => instant("start_time"),
    };
    last.filter(|last| *last <= now).map(|last| Explained {
        by: "autoscaling".to_owned(),
        evidence: format!("its last run was due by {last}, and AWS removes what has run"),
    })
}

/// Why a desired capacity moved: it lies within the bounds of both sides, and the group has a scaling policy or a
/// scheduled action of its own.
pub fn autoscaling(
    difference: &Difference,
    live: &Live,
    scaled_by: &BTreeSet<String>,
) -> Option<Explained> {
    if live.kind != "aws_autoscaling_group" || difference.path != "desired_capacity" {
        return None;
    }
    let by = scaled_by.first()?;
    let now = size(live)?;
    (now.min <= now.desired && now.desired <= now.max).then(|| Explained {
        by: "autoscaling".to_owned(),
        evidence: format!(
            "{by}; {} lies within {} and {}",
            now.desired, now.min, now.max
        ),
    })
}

/// Splits differences into those that vanish when the scaler's part is put back, and those that stay.
///
/// What stays has the values of the comparison with the scaler's part put back: a change that hides behind a sleep is
/// seen as it was made.
pub fn split(raw: Comparison, put_back: Comparison) -> (Vec<Difference>, Vec<Difference>) {
    let stays: BTreeSet<&str> = put_back
        .differences
        .iter()
        .map(|difference| difference.path.as_str())
        .collect();
    let explained = raw
        .differences
        .into_iter()
        .filter(|difference| !stays.contains(difference.path.as_str()))
        .collect();
    (explained, put_back.differences)
}

fn is_written(saved: &GroupRecord, now: GroupSize) -> bool {
    saved.last_written == now || saved.written.contains(&now)
}

fn size(live: &Live) -> Option<GroupSize> {
    let count = |name: &str| {
        let value = live.attributes.get(name)?.as_u64()?;
        u32::try_from(value).ok()
    };
    Some(GroupSize {
        min: count("min_size")?,
        desired: count("desired_capacity")?,
        max: count("max_size")?,
    })
}

fn figures(size: GroupSize) -> String {
    format!("{}/{}/{}", size.min, size.desired, size.max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_that_has_run_is_explained_and_one_to_come_is_not() {
        let now: Timestamp = "2026-11-21T05:00:00Z".parse().unwrap_or_default();
        let explained = |value: Value| {
            let state = value.as_object().cloned().unwrap_or_default();
            has_run("aws_autoscaling_schedule", &state, now).is_some()
        };
        let (past, coming) = ("2026-11-20T05:00:00Z", "2026-11-22T05:00:00Z");
        assert!(explained(json!({"start_time": past, "recurrence": ""})));
        assert!(explained(
            json!({"end_time": past, "recurrence": "0 8 * * *"})
        ));
        assert!(!explained(
            json!({"start_time": past, "recurrence": "0 8 * * *"})
        ));
        assert!(!explained(
            json!({"start_time": coming, "recurrence": null})
        ));
        assert!(!explained(json!({"end_time": coming, "start_time": past})));
        assert!(!explained(json!({"start_time": "soon"})));
    }
}
