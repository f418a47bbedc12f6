//! The calls: each list in whole, or the objects that are to be confirmed.

use afterhours_aws::port_error;
use afterhours_diff::Wanted;
use afterhours_ports::hole;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Address, Filter, FlowLog, InternetGateway, NatGateway, RouteTable, SecurityGroup,
    SecurityGroupRule, Subnet, Vpc, VpcEndpoint,
};

use futures_util::StreamExt as _;

use super::actions;
use crate::pages::{Fetched, all, filters};

/// Requests at the same time, where objects are asked for one by one.
pub(super) const AT_ONCE: usize = 8;

/// What a call lists; the page sizes are the largest that the API reference allows.
macro_rules! list {
    ($name:ident, $item:ty, $operation:ident, $action:expr, $items:ident, $filter:ident, $page:expr) => {
        pub(super) async fn $name(client: &Client, filters: Option<Vec<Filter>>) -> Fetched<$item> {
            all($action, |token| {
                let request = client
                    .$operation()
                    .$filter(filters.clone())
                    .max_results($page)
                    .set_next_token(token);
                async move {
                    let answer = request
                        .send()
                        .await
                        .map_err(|error| port_error($action, error))?;
                    Ok((answer.$items.unwrap_or_default(), answer.next_token))
                }
            })
            .await
        }
    };
}

list!(
    vpcs,
    Vpc,
    describe_vpcs,
    actions::VPCS,
    vpcs,
    set_filters,
    1000
);
list!(
    subnets,
    Subnet,
    describe_subnets,
    actions::SUBNETS,
    subnets,
    set_filters,
    1000
);
list!(
    tables,
    RouteTable,
    describe_route_tables,
    actions::TABLES,
    route_tables,
    set_filters,
    100
);
list!(
    internet_gateways,
    InternetGateway,
    describe_internet_gateways,
    actions::INTERNET_GATEWAYS,
    internet_gateways,
    set_filters,
    1000
);
list!(
    nat_gateways,
    NatGateway,
    describe_nat_gateways,
    actions::NAT_GATEWAYS,
    nat_gateways,
    set_filter,
    1000
);
list!(
    endpoints,
    VpcEndpoint,
    describe_vpc_endpoints,
    actions::ENDPOINTS,
    vpc_endpoints,
    set_filters,
    1000
);
list!(
    groups,
    SecurityGroup,
    describe_security_groups,
    actions::GROUPS,
    security_groups,
    set_filters,
    1000
);
list!(
    rules,
    SecurityGroupRule,
    describe_security_group_rules,
    actions::RULES,
    security_group_rules,
    set_filters,
    1000
);
list!(
    flow_logs,
    FlowLog,
    describe_flow_logs,
    actions::FLOW_LOGS,
    flow_logs,
    set_filter,
    1000
);

/// This list comes in one piece.
pub(super) async fn addresses(client: &Client, filters: Option<Vec<Filter>>) -> Fetched<Address> {
    all(actions::ADDRESSES, |_| {
        let request = client.describe_addresses().set_filters(filters.clone());
        async move {
            let answer = request
                .send()
                .await
                .map_err(|error| port_error(actions::ADDRESSES, error))?;
            Ok((answer.addresses.unwrap_or_default(), None))
        }
    })
    .await
}

/// Endpoints by their ids, each for itself.
pub(super) async fn endpoints_by_id(client: &Client, ids: Vec<String>) -> Fetched<VpcEndpoint> {
    let asked: Vec<_> = ids.into_iter().map(|id| endpoint(client, id)).collect();
    let mut answers = futures_util::stream::iter(asked).buffer_unordered(AT_ONCE);
    let mut fetched = Fetched::default();
    while let Some(answer) = answers.next().await {
        fetched.extend(answer);
    }
    fetched
}

/// One endpoint, or none. (A list of ids fails as a whole when one of them is not there.)
async fn endpoint(client: &Client, id: String) -> Fetched<VpcEndpoint> {
    let answer = client
        .describe_vpc_endpoints()
        .vpc_endpoint_ids(id)
        .send()
        .await
        .map_err(|error| port_error(actions::ENDPOINTS, error));
    match answer {
        Ok(answer) => Fetched {
            items: answer.vpc_endpoints.unwrap_or_default(),
            hole: None,
        },
        // <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
        Err(error) if error.code == "InvalidVpcEndpointId.NotFound" => Fetched::default(),
        Err(error) => Fetched {
            items: Vec::new(),
            hole: Some(hole(&error)),
        },
    }
}

/// Which objects to ask for: a filter, and the kinds whose keys are its values.
pub(super) struct By {
    pub(super) filter: &'static str,
    pub(super) kinds: &'static [&'static str],
    /// The part of the key that the filter takes.
    pub(super) part: fn(&str) -> &str,
}

impl By {
    /// The key as it is.
    pub(super) const fn key(filter: &'static str, kinds: &'static [&'static str]) -> Self {
        Self {
            filter,
            kinds,
            part: whole,
        }
    }

    /// What is before the first `|`.
    pub(super) const fn first(filter: &'static str, kinds: &'static [&'static str]) -> Self {
        Self {
            filter,
            kinds,
            part: first,
        }
    }
}

fn whole(key: &str) -> &str {
    key
}

/// What is before the first `|`.
pub(super) fn first(key: &str) -> &str {
    key.split('|').next().unwrap_or(key)
}

/// The requests that give what is wanted: one for the whole list, or some with filters where it is to be confirmed.
pub(super) fn requests(wanted: &Wanted, by: &[By]) -> Vec<Option<Vec<Filter>>> {
    if !wanted.confirm {
        return vec![None];
    }
    by.iter()
        .flat_map(|by| {
            let keys = by.kinds.iter().flat_map(|kind| wanted.keys(kind));
            filters(by.filter, keys.map(by.part))
        })
        .map(Some)
        .collect()
}
