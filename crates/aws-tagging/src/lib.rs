//! Tags of endpoints in bulk behind their port.

use std::collections::BTreeMap;

use afterhours_aws::{Answer, Aws, Pages, Service, port_error};
use afterhours_core::model::Tags;
use afterhours_ports::{PortResult, Tagging};
use async_trait::async_trait;
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types::TagFilter;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[GET];

const GET: &str = "tag:GetResources";

/// Resources of one page, the most that is allowed
/// (<https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>).
const PAGE: i32 = 100;

/// The resource type of endpoints.
const ENDPOINT: &str = "sagemaker:endpoint";

/// The tags of one account and region.
#[derive(Debug, Clone)]
pub struct ResourceTags {
    client: Client,
}

impl ResourceTags {
    /// The tags that `aws` can see.
    pub fn new(aws: &Aws) -> Self {
        Self {
            client: Client::new(&aws.config(Service::Tagging)),
        }
    }

    /// Endpoints that carry one key: several filters in one request would mean all of them.
    async fn with_key(&self, key: &str, found: &mut BTreeMap<String, Tags>) -> PortResult<()> {
        let mut pages = Pages::new(GET);
        let mut token = None;
        loop {
            let answer = self
                .client
                .get_resources()
                .resource_type_filters(ENDPOINT)
                .tag_filters(TagFilter::builder().key(key).build())
                .resources_per_page(PAGE)
                .set_pagination_token(token)
                .send()
                .await
                .map_err(|error| port_error(GET, error))?;
            for resource in answer.resource_tag_mapping_list() {
                let arn = Answer::of(GET).text("ResourceARN", resource.resource_arn())?;
                let tags = resource
                    .tags()
                    .iter()
                    .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
                    .collect();
                found.insert(arn, tags);
            }
            let items = answer.resource_tag_mapping_list().len();
            token = pages.next(answer.pagination_token(), items)?;
            if token.is_none() {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl Tagging for ResourceTags {
    async fn endpoints(&self, any_of_keys: &[&str]) -> PortResult<BTreeMap<String, Tags>> {
        let mut found = BTreeMap::new();
        for key in any_of_keys {
            self.with_key(key, &mut found).await?;
        }
        Ok(found)
    }
}
