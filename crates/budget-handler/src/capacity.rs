//! What runs in one account and region, from the adapters that the scaler reads with.

use afterhours_aws::{Aws, Pace};
use afterhours_aws_autoscaling::running as groups;
use afterhours_aws_sagemaker::running as endpoints;
use afterhours_aws_tagging::ResourceTags;
use afterhours_core::config::Rates;
use afterhours_core::plan::tags;
use afterhours_ports::{Capacity, RunningCapacity, Tagging as _};
use async_trait::async_trait;

/// Groups and endpoints of one scope.
pub(crate) struct AwsCapacity {
    aws: Aws,
    groups: Pace,
    endpoints: Pace,
}

impl AwsCapacity {
    /// Those of the connection's region, at the configured rates.
    pub(crate) fn new(aws: &Aws, rates: &Rates) -> Self {
        Self {
            aws: aws.clone(),
            groups: Pace::per_second(rates.autoscaling),
            endpoints: Pace::per_second(rates.sagemaker),
        }
    }
}

#[async_trait]
impl Capacity for AwsCapacity {
    async fn running(&self) -> RunningCapacity {
        let mut found = RunningCapacity::default();
        let region = self.aws.region().to_owned();
        match groups::groups(&self.aws, &self.groups).await {
            Ok(groups) => found.items.extend(groups),
            Err(error) => found
                .unread
                .push((format!("groups of {region}"), error.to_string())),
        }
        // Endpoints without a schedule are none of the check's business, and each costs two calls.
        let keys = [tags::SCHEDULE, tags::AUTO_SHUTDOWN];
        let tagged = match ResourceTags::new(&self.aws).endpoints(&keys).await {
            Ok(tagged) => tagged,
            Err(error) => {
                let what = format!("endpoints of {region}");
                found.unread.push((what, error.to_string()));
                return found;
            }
        };
        for (arn, tags) in &tagged {
            let name = arn.rsplit('/').next().unwrap_or_default();
            match endpoints::endpoint(&self.aws, &self.endpoints, name, tags).await {
                Ok(running) => found.items.extend(running),
                Err(error) => {
                    let what = format!("endpoint {name} of {region}");
                    found.unread.push((what, error.to_string()));
                }
            }
        }
        found
    }
}
