//! What is billed, and what may be: Cost Explorer, AWS Budgets, and capacity that runs now.

use std::collections::BTreeMap;
use std::fmt;

use afterhours_core::model::{Tags, TargetId};
use async_trait::async_trait;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::PortResult;

/// Two dimensions that daily costs are grouped by: Cost Explorer takes two at most
/// (<https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html>, `GroupBy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slice {
    /// Service, then usage type; usage only, without what is charged by the calendar.
    ServiceUsageType,
    /// Account, then service; usage only, without what is charged by the calendar.
    AccountService,
    /// Record type, then service; everything on the bill.
    RecordTypeService,
}

impl Slice {
    /// All of them.
    pub const ALL: [Self; 3] = [
        Self::ServiceUsageType,
        Self::AccountService,
        Self::RecordTypeService,
    ];

    /// Its name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServiceUsageType => "service_usage_type",
            Self::AccountService => "account_service",
            Self::RecordTypeService => "record_type_service",
        }
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which days of which slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostQuery {
    /// The slice.
    pub slice: Slice,
    /// The first day, in UTC.
    pub from: Date,
    /// The day after the last one.
    pub until: Date,
}

/// One page of an answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CostPage {
    /// Days in order, as far as they are on this page; a day may go on on the next.
    pub days: Vec<CostDay>,
    /// The token of the next page; none after the last.
    pub next: Option<String>,
}

/// One day of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct CostDay {
    /// The day, in UTC.
    pub date: Date,
    /// `Estimated`: true for the whole open month, so it says nothing about the day being complete.
    pub estimated: bool,
    /// What was billed; a group that cost nothing is absent.
    pub groups: Vec<CostGroup>,
}

/// One group of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct CostGroup {
    /// The values of the slice's two dimensions.
    pub keys: [String; 2],
    /// `NetAmortizedCost`.
    pub net_amortized: f64,
    /// `UnblendedCost`.
    pub unblended: f64,
    /// `UsageQuantity` with its unit, where all of the group has one unit.
    pub usage: Option<(f64, String)>,
    /// ISO 4217 code of both costs.
    pub currency: String,
}

/// Cost Explorer, which charges for each request.
#[async_trait]
pub trait Costs: Send + Sync {
    /// Reads a page: the first one, or that of a token.
    ///
    /// # Errors
    /// Class `Limit` with the code [`REQUEST_CAP`] where the configured number of requests is used up: nothing was asked.
    async fn page(&self, query: &CostQuery, token: Option<&str>) -> PortResult<CostPage>;
    /// Requests that went out so far, retries included.
    fn requests(&self) -> u32;
}

/// The code of the error of a request that the configured number does not leave room for.
pub const REQUEST_CAP: &str = "RequestCap";

/// A cost budget of AWS Budgets, as far as it can be followed.
#[derive(Debug, Clone, PartialEq)]
pub struct AwsBudget {
    /// `BudgetName`.
    pub name: String,
    /// `BudgetType`, such as `COST`.
    pub kind: String,
    /// `TimeUnit`, such as `MONTHLY`.
    pub period: String,
    /// `BudgetLimit`: amount and currency.
    pub limit: Option<(f64, String)>,
    /// `PlannedBudgetLimits` by the second (of the Unix epoch) at which each begins.
    pub planned: BTreeMap<i64, (f64, String)>,
    /// What it counts, by dimension; all values of one dimension together, all dimensions at once.
    pub filters: Vec<BudgetFilter>,
    /// Why its filter cannot be followed, where it cannot.
    pub unsupported: Option<String>,
    /// What it measures, as Cost Explorer calls the metric, such as `UnblendedCost`.
    pub metric: String,
    /// Record types that it leaves out (`CostTypes`).
    pub leaves_out: Vec<RecordKind>,
    /// `CalculatedSpend.ActualSpend`, AWS's own figure for its current period.
    pub actual: Option<(f64, String)>,
    /// Why AWS does not keep it up to date, where it does not (`HealthStatus`).
    pub unhealthy: Option<String>,
}

/// One dimension of a budget's filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetFilter {
    /// The dimension, such as `SERVICE`.
    pub dimension: String,
    /// Its values; one of them has to match.
    pub values: Vec<String>,
}

/// What a record on the bill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// Usage, with or without a commitment.
    Usage,
    /// Credits.
    Credit,
    /// Refunds.
    Refund,
    /// Tax.
    Tax,
    /// Support.
    Support,
    /// Paid once for a commitment.
    Upfront,
    /// Paid every month for a commitment.
    Recurring,
    /// Discounts.
    Discount,
    /// Subscriptions and other fees outside of usage.
    OtherFee,
}

impl RecordKind {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Credit => "credits",
            Self::Refund => "refunds",
            Self::Tax => "tax",
            Self::Support => "support",
            Self::Upfront => "upfront fees",
            Self::Recurring => "recurring fees",
            Self::Discount => "discounts",
            Self::OtherFee => "other fees",
        }
    }
}

/// AWS Budgets.
#[async_trait]
pub trait Budgets: Send + Sync {
    /// Every budget of the account (`DescribeBudgets`, 100 a page).
    async fn list(&self) -> PortResult<Vec<AwsBudget>>;
}

/// What of a sleeper runs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The sleeper.
    pub target: TargetId,
    /// Its tags.
    pub tags: Tags,
    /// Instances by type, such as `g5.xlarge` or `ml.g5.xlarge`; a type that is not known is empty.
    pub instances: BTreeMap<String, u32>,
}

/// Capacity of one account and region that runs now.
#[async_trait]
pub trait Capacity: Send + Sync {
    /// Groups and endpoints that have instances, and what could not be read.
    async fn running(&self) -> RunningCapacity;
}

/// What [`Capacity::running`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunningCapacity {
    /// What runs.
    pub items: Vec<Running>,
    /// What could not be read, and why.
    pub unread: Vec<(String, String)>,
}
