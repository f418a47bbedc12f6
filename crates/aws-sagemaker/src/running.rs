//! What of an endpoint runs now, by instance type, for the hourly check of costs.

use std::collections::BTreeMap;

use afterhours_aws::{Aws, Pace, Service, port_error};
use afterhours_core::model::{Tags, TargetId};
use afterhours_ports::{ErrorClass, PortResult, Running};
use aws_sdk_sagemaker::Client;

use crate::{DESCRIBE, DESCRIBE_CONFIG};

/// What this reading calls, as IAM names it.
pub const READ_ACTIONS: &[&str] = &[DESCRIBE, DESCRIBE_CONFIG];

/// Instances of the endpoint's production variants; none where it does not exist or has none.
///
/// # Errors
/// A call failed.
pub async fn endpoint(
    aws: &Aws,
    pace: &Pace,
    name: &str,
    tags: &Tags,
) -> PortResult<Option<Running>> {
    let client = Client::new(&aws.config(Service::SageMaker));
    pace.wait().await;
    let described = client.describe_endpoint().endpoint_name(name).send().await;
    let described = match described.map_err(|error| port_error(DESCRIBE, error)) {
        Ok(described) => described,
        Err(error) if error.class == ErrorClass::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let counts: Vec<(String, u32)> = described
        .production_variants()
        .iter()
        .filter_map(|variant| {
            let count = u32::try_from(variant.current_instance_count()?).ok()?;
            (count > 0).then(|| (variant.variant_name().unwrap_or_default().to_owned(), count))
        })
        .collect();
    if counts.is_empty() {
        return Ok(None);
    }
    let types = match described.endpoint_config_name() {
        Some(config) => types(&client, pace, config).await?,
        None => BTreeMap::new(),
    };
    let mut instances = BTreeMap::<String, u32>::new();
    for (variant, count) in counts {
        let kind = types.get(&variant).cloned().unwrap_or_default();
        *instances.entry(kind).or_default() += count;
    }
    Ok(Some(Running {
        target: TargetId::endpoint(name),
        tags: tags.clone(),
        instances,
    }))
}

/// Instance types by variant; of a configuration that was deleted they are not known.
async fn types(client: &Client, pace: &Pace, config: &str) -> PortResult<BTreeMap<String, String>> {
    pace.wait().await;
    let described = client
        .describe_endpoint_config()
        .endpoint_config_name(config)
        .send()
        .await;
    let described = match described.map_err(|error| port_error(DESCRIBE_CONFIG, error)) {
        Ok(described) => described,
        Err(error) if error.class == ErrorClass::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    Ok(described
        .production_variants()
        .iter()
        .filter_map(|variant| {
            let name = variant.variant_name()?.to_owned();
            Some((name, variant.instance_type()?.as_str().to_owned()))
        })
        .collect())
}
