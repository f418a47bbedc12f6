//! Cost Explorer behind its port: daily costs, counted by the request.

mod meter;

use afterhours_aws::{Answer, Aws, Service, port_error, request_error};
use afterhours_ports::{
    CostDay, CostGroup, CostPage, CostQuery, Costs, ErrorClass, PortError, PortResult, REQUEST_CAP,
    Slice,
};
use async_trait::async_trait;
use aws_sdk_costexplorer::Client;
use aws_sdk_costexplorer::types::{
    DateInterval, Dimension, DimensionValues, Expression, Granularity, Group, GroupDefinition,
    GroupDefinitionType, MetricValue, ResultByTime,
};
use jiff::civil::Date;

use crate::meter::Meter;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[GET];

const GET: &str = "ce:GetCostAndUsage";

/// The only region with an endpoint (`ce.us-east-1.amazonaws.com`,
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/Welcome.html>).
const REGION: &str = "us-east-1";

const NET_AMORTIZED: &str = "NetAmortizedCost";
const UNBLENDED: &str = "UnblendedCost";
const USAGE: &str = "UsageQuantity";

/// Record types that are charged by the calendar or by hand and not by usage. The values of `RECORD_TYPE` are documented
/// nowhere in full, so both spellings are here, that of Cost Explorer (`Recurring`) and that of line items of the Cost and
/// Usage Report (`RIFee`); a value that does not occur matches nothing. Amortised costs have the fees of commitments in the
/// usage that they cover.
pub const NOT_USAGE: &[&str] = &[
    "Credit",
    "Refund",
    "Tax",
    "Support",
    "Fee",
    "Upfront",
    "Recurring",
    "RIFee",
    "SavingsPlanUpfrontFee",
    "SavingsPlanRecurringFee",
];

/// Cost Explorer of the account of the credentials; a management account sees its members.
#[derive(Debug, Clone)]
pub struct CostExplorer {
    client: Client,
    meter: Meter,
}

impl CostExplorer {
    /// At most `most_requests` go out over the life of this value, retries included: each costs 0.01 USD
    /// (<https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/>).
    pub fn new(aws: &Aws, most_requests: u32) -> Self {
        let meter = Meter::new(most_requests);
        let config = aws.in_region(REGION).config(Service::CostExplorer);
        let config = aws_sdk_costexplorer::config::Builder::from(&config)
            .interceptor(meter.clone())
            .build();
        Self {
            client: Client::from_conf(config),
            meter,
        }
    }
}

#[async_trait]
impl Costs for CostExplorer {
    async fn page(&self, query: &CostQuery, token: Option<&str>) -> PortResult<CostPage> {
        let period = DateInterval::builder()
            .start(query.from.to_string())
            .end(query.until.to_string())
            .build()
            .map_err(|error| request_error(GET, &error))?;
        let (first, second) = dimensions(query.slice);
        let request = self
            .client
            .get_cost_and_usage()
            .time_period(period)
            .granularity(Granularity::Daily)
            .metrics(NET_AMORTIZED)
            .metrics(UNBLENDED)
            .metrics(USAGE)
            .group_by(by(&first))
            .group_by(by(&second))
            .set_filter(filter(query.slice))
            .set_next_page_token(token.map(ToOwned::to_owned));
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                if self.meter.take_refused() {
                    return Err(used_up(self.meter.most()));
                }
                return Err(port_error(GET, error));
            }
        };
        let days = answer
            .results_by_time()
            .iter()
            .map(|result| day(result, query.slice))
            .collect::<PortResult<Vec<_>>>()?;
        Ok(CostPage {
            days,
            next: answer
                .next_page_token()
                .filter(|token| !token.is_empty())
                .map(ToOwned::to_owned),
        })
    }

    fn requests(&self) -> u32 {
        self.meter.made()
    }
}

fn used_up(most: u32) -> PortError {
    PortError {
        class: ErrorClass::Limit,
        action: GET.to_owned(),
        code: REQUEST_CAP.to_owned(),
        message: format!("the {most} requests that are left of the configured number are used up"),
    }
}

fn dimensions(slice: Slice) -> (Dimension, Dimension) {
    match slice {
        Slice::ServiceUsageType => (Dimension::Service, Dimension::UsageType),
        Slice::AccountService => (Dimension::LinkedAccount, Dimension::Service),
        Slice::RecordTypeService => (Dimension::RecordType, Dimension::Service),
    }
}

fn by(dimension: &Dimension) -> GroupDefinition {
    GroupDefinition::builder()
        .r#type(GroupDefinitionType::Dimension)
        .key(dimension.as_str())
        .build()
}

fn filter(slice: Slice) -> Option<Expression> {
    let not_usage = DimensionValues::builder()
        .key(Dimension::RecordType)
        .set_values(Some(NOT_USAGE.iter().map(ToString::to_string).collect()))
        .build();
    let not = Expression::builder().dimensions(not_usage).build();
    match slice {
        Slice::ServiceUsageType | Slice::AccountService => {
            Some(Expression::builder().not(not).build())
        }
        Slice::RecordTypeService => None,
    }
}

fn day(result: &ResultByTime, slice: Slice) -> PortResult<CostDay> {
    let fields = Answer::of(GET);
    let start = result.time_period().map(DateInterval::start);
    let start = fields.text("ResultsByTime.TimePeriod.Start", start)?;
    let date = start.parse::<Date>().map_err(|error| {
        fields.unusable(format!(
            "`ResultsByTime.TimePeriod.Start` is {start:?}: {error}"
        ))
    })?;
    Ok(CostDay {
        date,
        estimated: result.estimated(),
        groups: result
            .groups()
            .iter()
            .map(|one| group(one, slice))
            .collect::<PortResult<_>>()?,
    })
}

fn group(group: &Group, slice: Slice) -> PortResult<CostGroup> {
    let fields = Answer::of(GET);
    let [first, second] = group.keys() else {
        let count = group.keys().len();
        return Err(fields.unusable(format!(
            "a group has {count} keys; accepted: 2, since two dimensions were asked for"
        )));
    };
    let metric = |name: &str| group.metrics().and_then(|metrics| metrics.get(name));
    let (net_amortized, currency) = amount(NET_AMORTIZED, metric(NET_AMORTIZED))?;
    let (unblended, other) = amount(UNBLENDED, metric(UNBLENDED))?;
    if currency != other {
        return Err(fields.unusable(format!(
            "`{NET_AMORTIZED}` is in {currency} and `{UNBLENDED}` in {other}; accepted: one currency"
        )));
    }
    // Across usage types quantities have no common unit, and Cost Explorer sums them all the same.
    let usage = match (slice, metric(USAGE)) {
        (Slice::ServiceUsageType, Some(value)) => Some(amount(USAGE, Some(value))?),
        _ => None,
    };
    Ok(CostGroup {
        keys: [first.clone(), second.clone()],
        net_amortized,
        unblended,
        usage: usage.filter(|(_, unit)| unit != "N/A" && !unit.is_empty()),
        currency,
    })
}

/// Amount and unit: the code of a currency, or the unit of a quantity.
fn amount(name: &str, value: Option<&MetricValue>) -> PortResult<(f64, String)> {
    let fields = Answer::of(GET);
    let value = fields.required(name, value)?;
    let text = fields.text(&format!("{name}.Amount"), value.amount())?;
    let amount = text
        .parse::<f64>()
        .ok()
        .filter(|amount| amount.is_finite())
        .ok_or_else(|| {
            fields.unusable(format!("`{name}.Amount` is {text:?}; accepted: a number"))
        })?;
    let unit = value.unit().unwrap_or_default();
    if name != USAGE && unit.is_empty() {
        return Err(fields.lacks(&format!("{name}.Unit")));
    }
    Ok((amount, unit.to_owned()))
}
