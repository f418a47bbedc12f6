//! Tags in bulk, metrics, the state bucket and the alert topic.

use std::collections::BTreeMap;

use afterhours_core::alert::Envelope;
use afterhours_core::model::Tags;
use afterhours_ports::{
    MetricQuery, Metrics, PortResult, Precondition, Publisher, PutOutcome, Store, Stored, Tagging,
};
use async_trait::async_trait;
use jiff::Timestamp;

use super::FakeAws;
use crate::CallKind::{Publish, Read, Write};

/// `GetResources` gives at most 100 a page.
const TAGGING_PAGE: usize = 100;
/// `GetMetricData` takes at most 500 queries a call.
const METRICS_PAGE: usize = 500;

#[async_trait]
impl Tagging for FakeAws {
    /// One request per key: the filters of one request would all have to hold.
    async fn endpoints(&self, any_of_keys: &[&str]) -> PortResult<BTreeMap<String, Tags>> {
        let mut world = self.world();
        let mut found = BTreeMap::new();
        for key in any_of_keys {
            let tagged = world.tagged(key);
            world.pages("tag:GetResources", tagged.len(), TAGGING_PAGE)?;
            found.extend(tagged);
        }
        Ok(found)
    }
}

#[async_trait]
impl Metrics for FakeAws {
    async fn averages(
        &self,
        queries: &[MetricQuery],
        from: Timestamp,
        until: Timestamp,
    ) -> PortResult<Vec<Option<f64>>> {
        let mut world = self.world();
        if !queries.is_empty() {
            world.pages("cloudwatch:GetMetricData", queries.len(), METRICS_PAGE)?;
        }
        Ok(queries
            .iter()
            .map(|query| world.average(query, from, until))
            .collect())
    }
}

#[async_trait]
impl Store for FakeAws {
    async fn get(&self, key: &str) -> PortResult<Option<Stored>> {
        self.world()
            .call(Read, "s3:GetObject", key, |world| world.get_object(key))
    }

    /// A write on the condition that an object is unchanged needs `s3:GetObject` too (S3 user guide,
    /// conditional writes).
    async fn put(&self, key: &str, json: &[u8], only_if: &Precondition) -> PortResult<PutOutcome> {
        self.world().call(Write, "s3:PutObject", key, |world| {
            if matches!(only_if, Precondition::Unchanged(_)) {
                world.permitted("s3:GetObject", key)?;
            }
            world.put_if(key, json, only_if)
        })
    }

    async fn keys_after(
        &self,
        prefix: &str,
        after: &str,
        limit: Option<u32>,
    ) -> PortResult<Vec<String>> {
        self.world().call(Read, "s3:ListBucket", prefix, |world| {
            world.list_keys(prefix, after, limit)
        })
    }
}

#[async_trait]
impl Publisher for FakeAws {
    async fn publish(&self, alert: &Envelope) -> PortResult<()> {
        self.world()
            .call(Publish, "sns:Publish", &alert.id, |world| {
                world.published.push(alert.clone());
                Ok(())
            })
    }
}
