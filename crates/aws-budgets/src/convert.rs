//! From a budget of the SDK to one that can be followed, or to why it cannot.

use std::collections::BTreeMap;

use afterhours_aws::Answer;
use afterhours_ports::{AwsBudget, BudgetFilter, PortResult, RecordKind};
use aws_sdk_budgets::types::{
    Budget, CostTypes, Expression, HealthStatus, HealthStatusValue, MatchOption, Spend,
};

/// What is said of filters that are more than "one of these values, in each of these dimensions".
const SIMPLE: &str = "accepted: dimensions with lists of values, joined by And";

#[expect(
    deprecated,
    reason = "budgets made with CostFilters and CostTypes go on having them"
)]
pub(crate) fn budget(action: &'static str, budget: &Budget) -> PortResult<AwsBudget> {
    let fields = Answer::of(action);
    let name = fields.text("Budgets.BudgetName", Some(budget.budget_name()))?;
    let money = |field: &str, spend: &Spend| spent(fields, &name, field, spend);
    let limit = budget
        .budget_limit()
        .map(|limit| money("BudgetLimit", limit))
        .transpose()?;
    let mut planned = BTreeMap::new();
    for (key, spend) in budget.planned_budget_limits().into_iter().flatten() {
        let begins = key.parse::<i64>().map_err(|_| {
            fields.unusable(format!(
                "`PlannedBudgetLimits` of {name:?} has the key {key:?}; accepted: seconds of the epoch"
            ))
        })?;
        planned.insert(begins, money("PlannedBudgetLimits", spend)?);
    }
    let actual = budget
        .calculated_spend()
        .and_then(|spend| spend.actual_spend())
        .map(|spend| money("CalculatedSpend.ActualSpend", spend))
        .transpose()?;
    let mut filters = Vec::new();
    let mut unsupported = None;
    for (dimension, values) in budget.cost_filters().into_iter().flatten() {
        filters.push(BudgetFilter {
            dimension: dimension_name(dimension),
            values: values.clone(),
        });
    }
    if let Some(expression) = budget.filter_expression()
        && let Err(reason) = flatten(expression, &mut filters)
    {
        unsupported = Some(reason);
    }
    if let Some(view) = budget.billing_view_arn().filter(|view| !is_primary(view)) {
        unsupported.get_or_insert_with(|| format!("it looks at the billing view {view}"));
    }
    filters.sort_by(|a, b| a.dimension.cmp(&b.dimension));
    let metric = match budget.metrics().first() {
        Some(metric) => metric.as_str().to_owned(),
        None => metric_of(budget.cost_types()).to_owned(),
    };
    Ok(AwsBudget {
        kind: budget.budget_type().as_str().to_owned(),
        period: budget.time_unit().as_str().to_owned(),
        limit,
        planned,
        filters,
        unsupported,
        metric,
        leaves_out: left_out(budget.cost_types()),
        actual,
        unhealthy: budget.health_status().and_then(unhealthy),
        name,
    })
}

fn spent(fields: Answer, name: &str, field: &str, spend: &Spend) -> PortResult<(f64, String)> {
    let amount = spend
        .amount()
        .parse::<f64>()
        .ok()
        .filter(|amount| amount.is_finite());
    let amount = amount.ok_or_else(|| {
        fields.unusable(format!(
            "`{field}.Amount` of {name:?} is {:?}; accepted: a number",
            spend.amount()
        ))
    })?;
    Ok((amount, spend.unit().to_owned()))
}

/// `LinkedAccount` of `CostFilters` is `LINKED_ACCOUNT` of expressions; both become the latter.
fn dimension_name(name: &str) -> String {
    if name.chars().all(|letter| !letter.is_ascii_lowercase()) {
        return name.to_owned();
    }
    let mut upper = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !upper.is_empty() {
            upper.push('_');
        }
        upper.push(letter.to_ascii_uppercase());
    }
    upper
}

/// The billing view that every account has; it is what Cost Explorer shows
/// (`arn:aws:billing::ACCOUNT:billingview/primary`, API reference, `Budget`, `BillingViewArn`).
fn is_primary(view: &str) -> bool {
    view.is_empty() || view.ends_with(":billingview/primary")
}

/// Dimensions that all have to match.
fn flatten(expression: &Expression, into: &mut Vec<BudgetFilter>) -> Result<(), String> {
    let refused = |what: &str| Err(format!("its filter has {what}; {SIMPLE}"));
    if !expression.or().is_empty() {
        return refused("Or");
    }
    if expression.not().is_some() {
        return refused("Not");
    }
    if let Some(tags) = expression.tags() {
        return refused(&format!("the tag {}", tags.key().unwrap_or_default()));
    }
    if let Some(category) = expression.cost_categories() {
        let key = category.key().unwrap_or_default();
        return refused(&format!("the cost category {key}"));
    }
    if expression.product_attributes().is_some() {
        return refused("product attributes");
    }
    for part in expression.and() {
        flatten(part, into)?;
    }
    if let Some(dimension) = expression.dimensions() {
        let other = dimension
            .match_options()
            .iter()
            .find(|option| !matches!(option, MatchOption::Equals));
        if let Some(option) = other {
            return refused(&format!("the match option {}", option.as_str()));
        }
        into.push(BudgetFilter {
            dimension: dimension.key().as_str().to_owned(),
            values: dimension.values().to_vec(),
        });
    }
    Ok(())
}

/// `CostTypes` as a metric of Cost Explorer; without any, costs are unblended (API reference, `CostTypes`: both switches
/// are false by default).
fn metric_of(types: Option<&CostTypes>) -> &'static str {
    let is = |of: fn(&CostTypes) -> Option<bool>| types.and_then(of).unwrap_or(false);
    if is(CostTypes::use_amortized) {
        "AmortizedCost"
    } else if is(CostTypes::use_blended) {
        "BlendedCost"
    } else {
        "UnblendedCost"
    }
}

/// What is not to be counted; everything is by default (API reference, `CostTypes`).
fn left_out(types: Option<&CostTypes>) -> Vec<RecordKind> {
    let Some(types) = types else {
        return Vec::new();
    };
    let switches = [
        (types.include_credit(), RecordKind::Credit),
        (types.include_refund(), RecordKind::Refund),
        (types.include_tax(), RecordKind::Tax),
        (types.include_support(), RecordKind::Support),
        (types.include_upfront(), RecordKind::Upfront),
        (types.include_recurring(), RecordKind::Recurring),
        (types.include_discount(), RecordKind::Discount),
        (types.include_other_subscription(), RecordKind::OtherFee),
    ];
    switches
        .into_iter()
        .filter(|(included, _)| *included == Some(false))
        .map(|(_, kind)| kind)
        .collect()
}

fn unhealthy(health: &HealthStatus) -> Option<String> {
    match health.status() {
        Some(HealthStatusValue::Unhealthy) => Some(
            health
                .status_reason()
                .map_or("UNHEALTHY", |reason| reason.as_str())
                .to_owned(),
        ),
        _ => None,
    }
}
