//! The scaler on the real adapters: what the function and the tool share.

use std::sync::Arc;

use afterhours_aws::{Aws, Pace};
use afterhours_aws_applicationautoscaling::SagemakerScaling;
use afterhours_aws_autoscaling::AutoScalingGroups;
use afterhours_aws_cloudwatch::CloudWatchMetrics;
use afterhours_aws_s3::S3Store;
use afterhours_aws_sagemaker::SagemakerEndpoints;
use afterhours_aws_sns::SnsPublisher;
use afterhours_aws_tagging::ResourceTags;
use afterhours_core::config::Config;
use afterhours_core::model::Scope;
use afterhours_ports::{Ports, Publisher};
use afterhours_scaler::Scaler;

/// The scaler of a configuration. Bucket and topic are in the region of `home`, sleepers in that of their scope.
pub fn scaler(config: Config, home: &Aws) -> Scaler {
    let scopes = config
        .scopes
        .iter()
        .map(|scope| (scope.clone(), ports(&config, home, scope)))
        .collect();
    Scaler::new(config, scopes)
}

fn ports(config: &Config, home: &Aws, scope: &Scope) -> Ports {
    let aws = home.in_region(&scope.region);
    let rates = &config.rates;
    let publisher = config
        .topic_arn
        .as_deref()
        .map(|arn| -> Arc<dyn Publisher> {
            // A topic can only be published to in its own region.
            let region = arn.split(':').nth(3).unwrap_or_default();
            Arc::new(SnsPublisher::new(&home.in_region(region), arn))
        });
    Ports {
        groups: Arc::new(AutoScalingGroups::new(
            &aws,
            Pace::per_second(rates.autoscaling),
        )),
        endpoints: Arc::new(SagemakerEndpoints::new(
            &aws,
            Pace::per_second(rates.sagemaker),
        )),
        scaling: Arc::new(SagemakerScaling::new(
            &aws,
            Pace::per_second(rates.application_autoscaling),
        )),
        tagging: Arc::new(ResourceTags::new(&aws)),
        metrics: Arc::new(CloudWatchMetrics::new(&aws)),
        store: Arc::new(S3Store::new(home, &config.bucket)),
        publisher,
    }
}
