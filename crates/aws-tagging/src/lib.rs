//! Tags of endpoints in bulk behind their port: the Resource Groups Tagging API.

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

/// Resources of one page ("maximum value of 100"
/// (<https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>)).
const PAGE: i32 = 100;

/// The tags of one account and region.
#[derive(Debug, Clone)]
pub struct ResourceTags {
    client: Client,
}

impl ResourceTags {
    /// All tags.
    pub fn new(aws: &Aws) -> Self {
        Self {
            client: Client::new(&aws.config(Service::Tagging)),
        }
    }

    async fn with_key(&self, key: &str, found: &mut BTreeMap<String, Tags>) -> PortResult<()> {
        let answer_of = Answer::of(GET);
        let mut pages = Pages::new(GET);
        let mut token = None;
        loop {
            let answer = self
                .client
                .get_resources()
                .resource_type_filters("sagemaker:endpoint")
                .tag_filters(TagFilter::builder().key(key).build())
                .resources_per_page(PAGE)
                .set_pagination_token(token)
                .send()
                .await
                .map_err(|error| port_error(GET, error))?;
            for resource in answer.resource_tag_mapping_list() {
                let arn = answer_of.text("ResourceARN", resource.resource_arn())?;
                let mut tags = Tags::new();
                for tag in resource.tags() {
                    tags.insert(
                        answer_of.text("Tags.Key", Some(tag.key()))?,
                        tag.value().to_owned(),
                    );
                }
                found.insert(arn, tags);
            }
            token = pages.next(
                answer.pagination_token(),
                answer.resource_tag_mapping_list().len(),
            )?;
            if token.is_none() {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl Tagging for ResourceTags {
    /// One listing for each key: several filters in one request must all match.
    async fn endpoints(&self, any_of_keys: &[&str]) -> PortResult<BTreeMap<String, Tags>> {
        let mut found = BTreeMap::new();
        for key in any_of_keys {
            self.with_key(key, &mut found).await?;
        }
        Ok(found)
    }
}
