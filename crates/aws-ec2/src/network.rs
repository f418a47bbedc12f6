//! Networks, security groups, endpoints and flow logs.
//!
//! Everything comes in lists, which are asked for at the same time; only the DNS settings of VPCs that states name
//! are asked for one by one. What is to be confirmed is asked for by filters on its ids; endpoints by their ids.

mod atoms;
mod endpoints;
mod fetch;
mod gateways;
mod groups;
mod live;
mod routes;
mod vpcs;

use std::future::Future;

use afterhours_aws::{Aws, Service};
use afterhours_diff::{Listing, Wanted};
use afterhours_ports::Reader;
use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Address, Filter, FlowLog, InternetGateway, NatGateway, RouteTable, SecurityGroup,
    SecurityGroupRule, Subnet, Vpc, VpcEndpoint,
};

use crate::pages::{Fetched, filters};
use fetch::{By, requests};

/// What the reader may call, as IAM names it.
pub const READ_ACTIONS: &[&str] = &[
    actions::VPCS,
    actions::VPC_ATTRIBUTE,
    actions::SUBNETS,
    actions::TABLES,
    actions::INTERNET_GATEWAYS,
    actions::NAT_GATEWAYS,
    actions::ADDRESSES,
    actions::ENDPOINTS,
    actions::GROUPS,
    actions::RULES,
    actions::FLOW_LOGS,
];

mod actions {
    pub(super) const VPCS: &str = "ec2:DescribeVpcs";
    pub(super) const VPC_ATTRIBUTE: &str = "ec2:DescribeVpcAttribute";
    pub(super) const SUBNETS: &str = "ec2:DescribeSubnets";
    pub(super) const TABLES: &str = "ec2:DescribeRouteTables";
    pub(super) const INTERNET_GATEWAYS: &str = "ec2:DescribeInternetGateways";
    pub(super) const NAT_GATEWAYS: &str = "ec2:DescribeNatGateways";
    pub(super) const ADDRESSES: &str = "ec2:DescribeAddresses";
    pub(super) const ENDPOINTS: &str = "ec2:DescribeVpcEndpoints";
    pub(super) const GROUPS: &str = "ec2:DescribeSecurityGroups";
    pub(super) const RULES: &str = "ec2:DescribeSecurityGroupRules";
    pub(super) const FLOW_LOGS: &str = "ec2:DescribeFlowLogs";
}

const VPCS: &[&str] = &["aws_vpc", "aws_default_vpc"];
const SUBNETS: &[&str] = &["aws_subnet", "aws_default_subnet"];
const TABLES: &[&str] = &["aws_route_table", "aws_default_route_table"];
const ASSOCIATIONS: &[&str] = &[
    "aws_route_table_association",
    "aws_main_route_table_association",
];
const ROUTES: &[&str] = &["aws_route"];
const INTERNET_GATEWAYS: &[&str] = &["aws_internet_gateway"];
const NAT_GATEWAYS: &[&str] = &["aws_nat_gateway"];
const ADDRESSES: &[&str] = &["aws_eip"];
const ADDRESS_ASSOCIATIONS: &[&str] = &["aws_eip_association"];
const ENDPOINTS: &[&str] = &["aws_vpc_endpoint"];
const GROUPS: &[&str] = &["aws_security_group", "aws_default_security_group"];
const FLOW_LOGS: &[&str] = &["aws_flow_log"];

/// Terraform's types that are read here.
const KINDS: &[&str] = &[
    "aws_vpc",
    "aws_default_vpc",
    "aws_subnet",
    "aws_default_subnet",
    "aws_route_table",
    "aws_default_route_table",
    "aws_route",
    "aws_route_table_association",
    "aws_main_route_table_association",
    "aws_internet_gateway",
    "aws_nat_gateway",
    "aws_eip",
    "aws_eip_association",
    "aws_vpc_endpoint",
    "aws_flow_log",
    "aws_security_group",
    "aws_default_security_group",
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
];

/// What the calls gave.
#[derive(Debug)]
struct Answers {
    vpcs: Fetched<Vpc>,
    flags: vpcs::Flags,
    subnets: Fetched<Subnet>,
    tables: Fetched<RouteTable>,
    internet_gateways: Fetched<InternetGateway>,
    nat_gateways: Fetched<NatGateway>,
    addresses: Fetched<Address>,
    endpoints: Fetched<VpcEndpoint>,
    groups: Fetched<SecurityGroup>,
    rules: Fetched<SecurityGroupRule>,
    flow_logs: Fetched<FlowLog>,
}

/// Reads the network half of EC2.
#[derive(Debug, Clone)]
pub struct NetworkReader {
    client: Client,
}

impl NetworkReader {
    /// The account and region of this connection.
    pub fn new(aws: &Aws) -> Self {
        Self {
            client: Client::new(&aws.config(Service::Ec2)),
        }
    }

    /// What some requests give together, where any of these kinds is wanted.
    async fn list<'r, T, F>(
        &'r self,
        wanted: &Wanted,
        kinds: &[&[&str]],
        requests: Vec<Option<Vec<Filter>>>,
        call: impl Fn(&'r Client, Option<Vec<Filter>>) -> F,
    ) -> Fetched<T>
    where
        F: Future<Output = Fetched<T>>,
    {
        let mut fetched = Fetched::default();
        if kinds
            .iter()
            .copied()
            .flatten()
            .any(|kind| wanted.wants(kind))
        {
            for filters in requests {
                fetched.extend(call(&self.client, filters).await);
            }
        }
        fetched
    }

    /// Route tables: for themselves, for what is in them, and the main ones for VPCs that states name.
    async fn tables(&self, wanted: &Wanted) -> Fetched<RouteTable> {
        let all = [TABLES, ROUTES, ASSOCIATIONS];
        let wants = all.iter().copied().flatten().any(|kind| wanted.wants(kind));
        let mut requests = requests(
            wanted,
            &[
                By::key("route-table-id", TABLES),
                By::first("route-table-id", ROUTES),
                By::key("association.route-table-association-id", ASSOCIATIONS),
            ],
        );
        if !wants || wanted.confirm {
            if !wants {
                requests.clear();
            }
            let vpcs = VPCS.iter().flat_map(|kind| wanted.keys(kind));
            requests.extend(filters("vpc-id", vpcs).into_iter().map(|mut filters| {
                filters.push(
                    Filter::builder()
                        .name("association.main")
                        .values("true")
                        .build(),
                );
                Some(filters)
            }));
        }
        let kinds = [TABLES, ROUTES, ASSOCIATIONS, VPCS];
        self.list(wanted, &kinds, requests, fetch::tables).await
    }

    /// VPCs, and the settings that are asked for one by one.
    async fn vpcs(&self, wanted: &Wanted) -> (Fetched<Vpc>, vpcs::Flags) {
        // Whose internet gateways are is told by their VPCs.
        let others = INTERNET_GATEWAYS
            .iter()
            .any(|kind| wanted.kinds.get(kind).is_some_and(|kind| kind.others));
        let kinds = if others {
            [VPCS, INTERNET_GATEWAYS]
        } else {
            [VPCS, VPCS]
        };
        let requests = requests(wanted, &[By::key("vpc-id", VPCS)]);
        let vpcs = self.list(wanted, &kinds, requests, fetch::vpcs).await;
        let flags = vpcs::flags(&self.client, wanted, &vpcs).await;
        (vpcs, flags)
    }

    /// Addresses, for themselves and for associations.
    async fn addresses(&self, wanted: &Wanted) -> Fetched<Address> {
        let by = [
            By::key("allocation-id", ADDRESSES),
            By::key("association-id", ADDRESS_ASSOCIATIONS),
        ];
        let kinds = [ADDRESSES, ADDRESS_ASSOCIATIONS];
        self.list(wanted, &kinds, requests(wanted, &by), fetch::addresses)
            .await
    }

    /// Endpoints. Moto 5.2.5 cannot filter them by id, so that what is to be confirmed is asked for by ids.
    async fn endpoints(&self, wanted: &Wanted) -> Fetched<VpcEndpoint> {
        if wanted.confirm {
            let ids = ENDPOINTS.iter().flat_map(|kind| wanted.keys(kind));
            let ids = ids.map(str::to_owned).collect();
            fetch::endpoints_by_id(&self.client, ids).await
        } else {
            self.list(wanted, &[ENDPOINTS], vec![None], fetch::endpoints)
                .await
        }
    }

    /// Groups, for themselves and for rules with several sources.
    async fn groups(&self, wanted: &Wanted) -> Fetched<SecurityGroup> {
        let by = [
            By::key("group-id", GROUPS),
            By::first("group-id", &[atoms::RULE]),
        ];
        let kinds = [GROUPS, &[atoms::RULE]];
        self.list(wanted, &kinds, requests(wanted, &by), fetch::groups)
            .await
    }

    /// Everything, at the same time.
    async fn answers(&self, wanted: &Wanted) -> Answers {
        macro_rules! list {
            ($kinds:expr, $filter:literal, $call:path) => {
                Box::pin(self.list(
                    wanted,
                    &[$kinds],
                    requests(wanted, &[By::key($filter, $kinds)]),
                    $call,
                ))
            };
        }
        // Boxed, because together they would be large.
        let (
            (vpcs, flags),
            subnets,
            tables,
            internet_gateways,
            nat_gateways,
            addresses,
            endpoints,
            groups,
            rules,
            flow_logs,
        ) = futures_util::join!(
            Box::pin(self.vpcs(wanted)),
            list!(SUBNETS, "subnet-id", fetch::subnets),
            Box::pin(self.tables(wanted)),
            list!(
                INTERNET_GATEWAYS,
                "internet-gateway-id",
                fetch::internet_gateways
            ),
            list!(NAT_GATEWAYS, "nat-gateway-id", fetch::nat_gateways),
            Box::pin(self.addresses(wanted)),
            Box::pin(self.endpoints(wanted)),
            Box::pin(self.groups(wanted)),
            list!(&atoms::SINGLE, "security-group-rule-id", fetch::rules),
            list!(FLOW_LOGS, "flow-log-id", fetch::flow_logs),
        );
        Answers {
            vpcs,
            flags,
            subnets,
            tables,
            internet_gateways,
            nat_gateways,
            addresses,
            endpoints,
            groups,
            rules,
            flow_logs,
        }
    }
}

#[async_trait]
impl Reader for NetworkReader {
    fn kinds(&self) -> &'static [&'static str] {
        KINDS
    }

    async fn read(&self, wanted: &Wanted) -> Vec<Listing> {
        let found = self.answers(wanted).await;
        let standalone = atoms::Standalone::new(wanted, &found.rules.items);
        let mut listings = vpcs::vpcs(wanted, &found.vpcs, &found.flags, &found.tables);
        listings.extend(vpcs::subnets(wanted, &found.subnets));
        listings.extend(routes::tables(wanted, &found.tables));
        listings.extend(routes::routes(wanted, &found.tables));
        listings.extend(routes::associations(wanted, &found.tables));
        listings.extend(routes::main_associations(wanted, &found.tables));
        listings.extend(gateways::internet(
            wanted,
            &found.internet_gateways,
            &found.vpcs,
        ));
        listings.extend(gateways::nat(wanted, &found.nat_gateways));
        listings.extend(gateways::addresses(
            wanted,
            &found.addresses,
            &found.nat_gateways,
        ));
        listings.extend(gateways::address_associations(wanted, &found.addresses));
        listings.extend(endpoints::endpoints(wanted, &found.endpoints));
        listings.extend(endpoints::flow_logs(wanted, &found.flow_logs));
        listings.extend(groups::groups(wanted, &found.groups, &standalone));
        listings.extend(groups::rules(wanted, &found.groups, &standalone));
        listings.extend(groups::single_rules(wanted, &found.rules));
        listings
    }
}
