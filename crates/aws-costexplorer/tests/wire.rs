//! What goes over the wire, and what comes of what comes back.

use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_costexplorer::CostExplorer;
use afterhours_ports::{
    CostPage, CostQuery, Costs as _, ErrorClass, PortResult, REQUEST_CAP, Slice,
};
use jiff::civil::date;
use serde_json::{Value, json};

fn metric(amount: &str, unit: &str) -> Value {
    json!({ "Amount": amount, "Unit": unit })
}

fn group(keys: &[&str], amount: &str) -> Value {
    json!({ "Keys": keys, "Metrics": {
        "NetAmortizedCost": metric(amount, "USD"),
        "UnblendedCost": metric("2.5", "USD"),
        "UsageQuantity": metric("24", "Hrs"),
    } })
}

fn result(start: &str, end: &str, groups: &[Value]) -> Value {
    json!({ "TimePeriod": { "Start": start, "End": end }, "Total": {}, "Groups": groups,
            "Estimated": true })
}

fn page(results: &[Value], next: Option<&str>) -> Reply {
    let mut answer = json!({ "ResultsByTime": results, "DimensionValueAttributes": [] });
    if let (Some(next), Some(fields)) = (next, answer.as_object_mut()) {
        fields.insert("NextPageToken".to_owned(), json!(next));
    }
    Reply::ok(answer.to_string())
}

fn query(slice: Slice) -> CostQuery {
    CostQuery {
        slice,
        from: date(2026, 11, 1),
        until: date(2026, 11, 3),
    }
}

async fn first(reply: Reply, slice: Slice) -> PortResult<CostPage> {
    let script = Script::new([reply]);
    CostExplorer::new(&script.aws(), 10)
        .page(&query(slice), None)
        .await
}

#[tokio::test(start_paused = true)]
async fn days_are_asked_for_by_service_and_usage_type_without_what_the_calendar_charges() {
    let groups = [group(
        &["Amazon SageMaker", "EUC1-Host:ml.g5.xlarge"],
        "1.25",
    )];
    let script = Script::new([page(&[result("2026-11-01", "2026-11-02", &groups)], None)]);
    let costs = CostExplorer::new(&script.aws(), 10);
    let page = costs
        .page(&query(Slice::ServiceUsageType), None)
        .await
        .unwrap();
    let day = &page.days[0];
    assert_eq!((day.date, day.estimated), (date(2026, 11, 1), true));
    let group = &day.groups[0];
    assert_eq!(group.keys, ["Amazon SageMaker", "EUC1-Host:ml.g5.xlarge"]);
    assert_eq!((group.net_amortized, group.unblended), (1.25, 2.5));
    assert_eq!(group.usage, Some((24.0, "Hrs".to_owned())));
    assert_eq!(group.currency, "USD");
    let sent = &script.sent()[0];
    assert!(
        sent.uri.starts_with("https://ce.us-east-1.amazonaws.com"),
        "{}",
        sent.uri
    );
    assert_eq!(
        sent.header("x-amz-target"),
        Some("AWSInsightsIndexService.GetCostAndUsage")
    );
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!(
        body["TimePeriod"],
        json!({ "Start": "2026-11-01", "End": "2026-11-03" })
    );
    assert_eq!(body["Granularity"], "DAILY");
    assert_eq!(
        body["Metrics"],
        json!(["NetAmortizedCost", "UnblendedCost", "UsageQuantity"])
    );
    assert_eq!(
        body["GroupBy"][0],
        json!({ "Type": "DIMENSION", "Key": "SERVICE" })
    );
    assert_eq!(
        body["GroupBy"][1],
        json!({ "Type": "DIMENSION", "Key": "USAGE_TYPE" })
    );
    assert_eq!(body["Filter"]["Not"]["Dimensions"]["Key"], "RECORD_TYPE");
    assert_eq!(costs.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn record_types_are_asked_for_without_a_filter_and_accounts_with_one() {
    let script = Script::new([page(&[], None), page(&[], None)]);
    let costs = CostExplorer::new(&script.aws(), 10);
    for slice in [Slice::RecordTypeService, Slice::AccountService] {
        costs.page(&query(slice), None).await.unwrap();
    }
    let bodies: Vec<Value> = script
        .sent()
        .iter()
        .map(|sent| serde_json::from_str(&sent.body).unwrap())
        .collect();
    assert_eq!(bodies[0]["GroupBy"][0]["Key"], "RECORD_TYPE");
    assert_eq!(bodies[0]["Filter"], Value::Null);
    assert_eq!(bodies[1]["GroupBy"][0]["Key"], "LINKED_ACCOUNT");
    assert!(bodies[1]["Filter"].is_object());
}

#[tokio::test(start_paused = true)]
async fn a_token_asks_for_the_next_page_and_an_empty_one_ends() {
    let script = Script::new([
        page(&[result("2026-11-01", "2026-11-02", &[])], Some("n")),
        page(&[], Some("")),
    ]);
    let costs = CostExplorer::new(&script.aws(), 10);
    let query = query(Slice::AccountService);
    let first = costs.page(&query, None).await.unwrap();
    assert_eq!(first.next.as_deref(), Some("n"));
    let second = costs.page(&query, first.next.as_deref()).await.unwrap();
    assert_eq!(second.next, None);
    let body: Value = serde_json::from_str(&script.sent()[1].body).unwrap();
    assert_eq!(body["NextPageToken"], "n");
    assert_eq!(costs.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_day_that_was_not_delivered_has_no_group() {
    let page = first(
        page(&[result("2026-11-02", "2026-11-03", &[])], None),
        Slice::ServiceUsageType,
    );
    assert!(page.await.unwrap().days[0].groups.is_empty());
}

#[tokio::test(start_paused = true)]
async fn other_currencies_come_as_they_are_and_mixed_ones_are_refused() {
    let mut euro = group(&["a", "b"], "1");
    euro["Metrics"]["NetAmortizedCost"]["Unit"] = json!("EUR");
    let mixed = page(&[result("2026-11-01", "2026-11-02", &[euro.clone()])], None);
    let error = first(mixed, Slice::AccountService).await.unwrap_err();
    assert!(
        error.message.contains("EUR") && error.message.contains("USD"),
        "{error}"
    );
    euro["Metrics"]["UnblendedCost"]["Unit"] = json!("EUR");
    let page = page(&[result("2026-11-01", "2026-11-02", &[euro])], None);
    let page = first(page, Slice::AccountService).await.unwrap();
    assert_eq!(page.days[0].groups[0].currency, "EUR");
    // Quantities of different usage types have no common unit.
    assert_eq!(page.days[0].groups[0].usage, None);
}

#[tokio::test(start_paused = true)]
async fn answers_without_amounts_or_with_other_keys_are_no_costs() {
    let mut without = group(&["a", "b"], "1");
    without["Metrics"]["UnblendedCost"] = json!({ "Unit": "USD" });
    for (groups, told) in [
        (without, "`UnblendedCost.Amount`"),
        (group(&["a"], "1"), "1 keys"),
        (group(&["a", "b"], "NaN"), "accepted: a number"),
        (group(&["a", "b"], "many"), "\"many\""),
    ] {
        let reply = page(&[result("2026-11-01", "2026-11-02", &[groups])], None);
        let error = first(reply, Slice::AccountService).await.unwrap_err();
        assert!(error.message.contains(told), "{error}");
        assert_eq!(error.class, ErrorClass::Unavailable);
    }
    let reply = page(&[result("1 November", "2026-11-02", &[])], None);
    let error = first(reply, Slice::AccountService).await.unwrap_err();
    assert!(error.message.contains("1 November"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn each_retry_counts_and_throttling_is_told_from_missing_data() {
    let throttled = || Reply::json_error(400, "LimitExceededException", "You made too many calls");
    let script = Script::new([
        throttled(),
        page(&[], None),
        Reply::json_error(400, "DataUnavailableException", "Data is not available."),
        Reply::json_error(400, "AccessDeniedException", "not authorized"),
        Reply::json_error(400, "RequestChangedException", "changed"),
    ]);
    let costs = CostExplorer::new(&script.aws(), 10);
    let query = query(Slice::AccountService);
    assert!(costs.page(&query, None).await.is_ok());
    assert_eq!(costs.requests(), 2);
    let missing = costs.page(&query, None).await.unwrap_err();
    assert_eq!(missing.code, "DataUnavailableException");
    let denied = costs.page(&query, None).await.unwrap_err();
    assert_eq!(denied.class, ErrorClass::Denied);
    let changed = costs.page(&query, Some("n")).await.unwrap_err();
    assert_eq!(changed.class, ErrorClass::Invalid);
    assert_eq!(costs.requests(), 5);
}

#[tokio::test(start_paused = true)]
async fn no_request_goes_out_beyond_the_cap_not_even_a_retry() {
    let throttled = || Reply::json_error(400, "ThrottlingException", "Rate exceeded");
    let script = Script::new([page(&[], Some("n")), throttled(), throttled(), throttled()]);
    let costs = CostExplorer::new(&script.aws(), 2);
    let query = query(Slice::AccountService);
    assert!(costs.page(&query, None).await.is_ok());
    let error = costs.page(&query, Some("n")).await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.class),
        (REQUEST_CAP, ErrorClass::Limit)
    );
    let error = costs.page(&query, Some("n")).await.unwrap_err();
    assert_eq!(error.code, REQUEST_CAP);
    assert_eq!((costs.requests(), script.sent().len()), (2, 2));
}
