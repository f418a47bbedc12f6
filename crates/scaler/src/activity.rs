//! What targets are doing that are about to sleep.

use std::collections::BTreeMap;

use afterhours_core::config::Config;
use afterhours_core::model::{Activity, Inventory, Kind, TargetId};
use afterhours_ports::{MetricQuery, Metrics};
use jiff::Timestamp;

/// Reads CPU and GPU utilisation of `targets`, as far as the configuration has thresholds.
///
/// Groups: `AWS/EC2` `CPUUtilization` and the `CloudWatch` agent's `nvidia_smi_utilization_gpu`
/// (namespace `CWAgent`), both by `AutoScalingGroupName`. Endpoints: `CPUUtilization` and
/// `GPUUtilization` in `/aws/sagemaker/Endpoints` by `EndpointName` and `VariantName`, where one
/// fully used processor counts 100.
pub(crate) async fn activity(
    metrics: &dyn Metrics,
    config: &Config,
    inventory: &Inventory,
    targets: &[TargetId],
    now: Timestamp,
) -> BTreeMap<TargetId, Activity> {
    let wanted: Vec<(&TargetId, &'static str, f64, MetricQuery)> = targets
        .iter()
        .flat_map(|target| queries(config, inventory, target))
        .collect();
    let mut found: BTreeMap<TargetId, Activity> = targets
        .iter()
        .map(|target| (target.clone(), Activity::Idle))
        .collect();
    if wanted.is_empty() {
        return found;
    }
    let queries: Vec<MetricQuery> = wanted
        .iter()
        .map(|(_, _, _, query)| query.clone())
        .collect();
    let from = now
        .checked_sub(config.busy.window.duration())
        .unwrap_or(now);
    match metrics.averages(&queries, from, now).await {
        Ok(averages) => {
            for ((target, what, threshold, _), average) in wanted.iter().zip(averages) {
                if let Some(average) = average
                    && average > *threshold
                {
                    let busy = format!("{what} {average:.0} % over {threshold} %");
                    found.insert((*target).clone(), Activity::Busy(busy));
                }
            }
        }
        Err(error) => {
            for (target, ..) in wanted {
                found.insert(target.clone(), Activity::Unknown(error.to_string()));
            }
        }
    }
    found
}

fn queries<'a>(
    config: &Config,
    inventory: &Inventory,
    target: &'a TargetId,
) -> Vec<(&'a TargetId, &'static str, f64, MetricQuery)> {
    let query = |namespace: &str, name: &str, dimensions: &[(&str, &str)]| MetricQuery {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        dimensions: dimensions
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    let thresholds = [
        ("CPU", config.busy.cpu_percent),
        ("GPU", config.busy.gpu_percent),
    ];
    let mut queries = Vec::new();
    for (what, threshold) in thresholds {
        let Some(threshold) = threshold else { continue };
        match target.kind {
            Kind::AutoScalingGroup => {
                let dimensions = [("AutoScalingGroupName", target.name.as_str())];
                let query = if what == "CPU" {
                    query("AWS/EC2", "CPUUtilization", &dimensions)
                } else {
                    query("CWAgent", "nvidia_smi_utilization_gpu", &dimensions)
                };
                queries.push((target, what, threshold, query));
            }
            Kind::SagemakerEndpoint => {
                let endpoint = inventory
                    .endpoints
                    .items
                    .iter()
                    .find(|found| found.name == target.name);
                let name = if what == "CPU" {
                    "CPUUtilization"
                } else {
                    "GPUUtilization"
                };
                for variant in endpoint.iter().flat_map(|endpoint| &endpoint.variants) {
                    let dimensions = [
                        ("EndpointName", target.name.as_str()),
                        ("VariantName", &variant.name),
                    ];
                    let query = query("/aws/sagemaker/Endpoints", name, &dimensions);
                    queries.push((target, what, threshold, query));
                }
            }
        }
    }
    queries
}
