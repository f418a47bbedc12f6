//! What goes over the wire, and what comes of what comes back.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail too")]

use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_budgets::AwsBudgets;
use afterhours_ports::{AwsBudget, Budgets as _, ErrorClass, PortResult, RecordKind};
use serde_json::{Value, json};

const ACCOUNT: &str = "123456789012";

fn budget(name: &str, more: Value) -> Value {
    let mut budget = json!({
        "BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY",
        "BudgetLimit": { "Amount": "1200.50", "Unit": "USD" },
        "CalculatedSpend": { "ActualSpend": { "Amount": "310", "Unit": "USD" } },
    });
    if let (Some(fields), Value::Object(more)) = (budget.as_object_mut(), more) {
        fields.extend(more);
    }
    budget
}

fn page(budgets: &[Value], next: Option<&str>) -> Reply {
    Reply::ok(json!({ "Budgets": budgets, "NextToken": next }).to_string())
}

async fn list(reply: Reply) -> PortResult<Vec<AwsBudget>> {
    let script = Script::new([reply]);
    AwsBudgets::new(&script.aws(), ACCOUNT).list().await
}

async fn only(more: Value) -> AwsBudget {
    list(page(&[budget("ml", more)], None))
        .await
        .unwrap()
        .remove(0)
}

#[tokio::test(start_paused = true)]
async fn budgets_come_over_pages_with_limits_and_filters() {
    let first = budget(
        "ml",
        json!({
            "CostFilters": { "Service": ["Amazon SageMaker"], "LinkedAccount": ["111122223333"] },
            "CostTypes": { "IncludeCredit": false, "IncludeTax": true, "UseAmortized": true },
        }),
    );
    let script = Script::new([
        page(&[first], Some("n")),
        page(&[budget("all", json!({}))], None),
    ]);
    let budgets = AwsBudgets::new(&script.aws(), ACCOUNT)
        .list()
        .await
        .unwrap();
    let [ml, all] = budgets.as_slice() else {
        panic!("{budgets:?}")
    };
    assert_eq!(ml.limit, Some((1200.5, "USD".to_owned())));
    assert_eq!(ml.actual, Some((310.0, "USD".to_owned())));
    let dimensions: Vec<&str> = ml
        .filters
        .iter()
        .map(|one| one.dimension.as_str())
        .collect();
    assert_eq!(dimensions, ["LINKED_ACCOUNT", "SERVICE"]);
    assert_eq!(
        (ml.metric.as_str(), ml.leaves_out.as_slice()),
        ("AmortizedCost", &[RecordKind::Credit][..])
    );
    assert_eq!(
        (all.metric.as_str(), all.filters.len()),
        ("UnblendedCost", 0)
    );
    let sent = script.sent();
    assert!(sent[0].uri.contains("budgets"), "{}", sent[0].uri);
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    assert_eq!(body["AccountId"], ACCOUNT);
    assert_eq!(body["ShowFilterExpression"], true);
    let body: Value = serde_json::from_str(&sent[1].body).unwrap();
    assert_eq!(body["NextToken"], "n");
}

#[tokio::test(start_paused = true)]
async fn expressions_of_dimensions_are_filters_and_others_are_named() {
    let service = json!({ "Dimensions": { "Key": "SERVICE", "Values": ["Amazon SageMaker"] } });
    let account = json!({ "Dimensions": { "Key": "LINKED_ACCOUNT", "Values": ["1"] } });
    let simple = only(json!({
        "FilterExpression": { "And": [service, account] }, "Metrics": ["NetUnblendedCost"],
    }))
    .await;
    assert_eq!(simple.filters.len(), 2);
    assert_eq!(
        (simple.metric.as_str(), simple.unsupported),
        ("NetUnblendedCost", None)
    );
    for (expression, told) in [
        (json!({ "Or": [service, account] }), "Or"),
        (json!({ "Not": service }), "Not"),
        (
            json!({ "Tags": { "Key": "team", "Values": ["ml"] } }),
            "the tag team",
        ),
        (
            json!({ "CostCategories": { "Key": "unit", "Values": ["ml"] } }),
            "cost category unit",
        ),
        (
            json!({ "Dimensions": { "Key": "SERVICE", "Values": ["Amazon"], "MatchOptions": ["STARTS_WITH"] } }),
            "STARTS_WITH",
        ),
    ] {
        let budget = only(json!({ "FilterExpression": expression })).await;
        let reason = budget.unsupported.unwrap_or_default();
        assert!(
            reason.contains(told) && reason.contains("accepted"),
            "{reason}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn planned_limits_go_by_when_they_begin() {
    let planned = only(json!({
        "BudgetLimit": null,
        "PlannedBudgetLimits": { "1793491200": { "Amount": "500", "Unit": "USD" } },
    }))
    .await;
    assert_eq!(planned.limit, None);
    assert_eq!(
        planned.planned.get(&1_793_491_200),
        Some(&(500.0, "USD".to_owned()))
    );
    let reply = page(
        &[budget(
            "ml",
            json!({ "PlannedBudgetLimits": { "May": { "Amount": "5", "Unit": "USD" } } }),
        )],
        None,
    );
    let error = list(reply).await.unwrap_err();
    assert!(error.message.contains("\"May\""), "{error}");
}

#[tokio::test(start_paused = true)]
async fn billing_views_and_health_are_told() {
    let arn = "arn:aws:billing::123456789012:billingview/custom-1";
    let health = json!({ "Status": "UNHEALTHY", "StatusReason": "FILTER_INVALID" });
    let budget = only(json!({ "BillingViewArn": arn, "HealthStatus": health })).await;
    assert!(
        budget
            .unsupported
            .is_some_and(|reason| reason.contains("custom-1"))
    );
    assert_eq!(budget.unhealthy.as_deref(), Some("FILTER_INVALID"));
    let primary = "arn:aws:billing::123456789012:billingview/primary";
    assert_eq!(
        only(json!({ "BillingViewArn": primary })).await.unsupported,
        None
    );
}

#[tokio::test(start_paused = true)]
async fn amounts_that_are_no_numbers_denials_and_throttling_are_errors() {
    let wrong = budget(
        "ml",
        json!({ "BudgetLimit": { "Amount": "lots", "Unit": "USD" } }),
    );
    let error = list(page(&[wrong], None)).await.unwrap_err();
    assert!(error.message.contains("\"lots\""), "{error}");
    let denied = Reply::json_error(400, "AccessDeniedException", "no");
    assert_eq!(list(denied).await.unwrap_err().class, ErrorClass::Denied);
    let script = Script::new([
        Reply::json_error(400, "ThrottlingException", "Rate exceeded"),
        page(&[], None),
    ]);
    let budgets = AwsBudgets::new(&script.aws(), ACCOUNT).list().await;
    assert_eq!((budgets, script.sent().len()), (Ok(Vec::new()), 2));
    let expired = Reply::json_error(400, "ExpiredNextTokenException", "expired");
    assert_eq!(list(expired).await.unwrap_err().class, ErrorClass::Invalid);
}
