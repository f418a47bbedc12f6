//! Readers of the real AWS.

use std::sync::Arc;

use afterhours_aws::{Aws, Pace};
use afterhours_aws_autoscaling::drift::GroupReader;
use afterhours_aws_ec2::{ComputeReader, NetworkReader};
use afterhours_aws_iam::IamReader;
use afterhours_aws_s3::S3Store;
use afterhours_aws_s3::drift::BucketReader;
use afterhours_aws_sagemaker::drift::MachineLearningReader;
use afterhours_aws_sns::drift::TopicReader;
use afterhours_core::memory::{ScopeDocument, document_key};
use afterhours_core::model::Scope;
use afterhours_diff::{Hole, HoleClass};
use afterhours_drift::{Place, Regions};
use afterhours_ports::{PortResult, Reader, Store as _};
use async_trait::async_trait;

/// Requests a second to EC2: single-object reads share a bucket that refills at 20 a second
/// (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>); others use the account too.
const EC2: f64 = 20.0;
/// Requests a second to EC2 Auto Scaling, whose limits are not published; the scaler asks as well.
const AUTO_SCALING: f64 = 5.0;
/// Requests a second to SNS: a third of the 30 that `ListTopics` allows
/// (<https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html>); those of single topics are not looked up.
const SNS: f64 = 10.0;
/// Requests a second to IAM, whose limits are not published.
const IAM: f64 = 15.0;

/// The regions of one account, with one set of credentials.
#[derive(Debug, Clone)]
pub struct AwsRegions {
    home: Aws,
    default: Place,
    memory: Option<S3Store>,
}

impl AwsRegions {
    /// Asks whose credentials these are.
    ///
    /// # Errors
    /// `sts:GetCallerIdentity` gave no answer: without it an object of another account would seem deleted.
    pub async fn of(home: &Aws, region: &str) -> PortResult<Self> {
        let account = afterhours_aws_sts::account(home).await?;
        Ok(Self {
            home: home.clone(),
            default: Place {
                account,
                region: region.to_owned(),
            },
            memory: None,
        })
    }

    /// With the bucket in which the scaler remembers what it took away.
    #[must_use]
    pub fn with_memory(mut self, bucket: &str) -> Self {
        self.memory = Some(S3Store::new(&self.home, bucket));
        self
    }

    /// The account whose credentials these are.
    pub fn account(&self) -> &str {
        &self.default.account
    }
}

#[async_trait]
impl Regions for AwsRegions {
    fn default_place(&self) -> Place {
        self.default.clone()
    }

    async fn readers(&self, place: &Place) -> Result<Vec<Arc<dyn Reader>>, Hole> {
        if place.account != self.default.account {
            return Err(Hole {
                class: HoleClass::Failed,
                action: String::new(),
                message: format!(
                    "it is in account {}, and the credentials are of account {}",
                    place.account, self.default.account
                ),
            });
        }
        let aws = self.home.in_region(&place.region);
        Ok(vec![
            Arc::new(NetworkReader::new(&aws)),
            Arc::new(ComputeReader::new(&aws, Pace::per_second(EC2))),
            Arc::new(GroupReader::new(&aws, Pace::per_second(AUTO_SCALING))),
            Arc::new(MachineLearningReader::new(&aws)),
            Arc::new(BucketReader::new(&aws)),
            Arc::new(TopicReader::new(&aws, Pace::per_second(SNS))),
            Arc::new(IamReader::new(&aws, Pace::per_second(IAM))),
        ])
    }

    async fn memory(&self, place: &Place) -> Result<Option<ScopeDocument>, String> {
        let Some(store) = &self.memory else {
            return Ok(None);
        };
        let scope = Scope {
            account: place.account.clone(),
            region: place.region.clone(),
        };
        let stored = store
            .get(&document_key(&scope))
            .await
            .map_err(|error| error.to_string())?;
        stored
            .map(|stored| ScopeDocument::from_json(&stored.bytes, &scope))
            .transpose()
            .map_err(|error| error.to_string())
    }
}
