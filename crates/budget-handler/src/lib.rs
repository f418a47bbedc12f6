//! The budget watcher as a function: payload in, answer and metrics out.

mod capacity;

use afterhours_aws::Aws;
use afterhours_aws_budgets::AwsBudgets;
use afterhours_aws_costexplorer::CostExplorer;
use afterhours_aws_s3::S3Store;
use afterhours_aws_sns::SnsPublisher;
use afterhours_budget::{Checked, Outside, Place, Report, Subject, Told, check, scan};
use afterhours_core::alert::Scope as AlertScope;
use afterhours_core::budget_command::BudgetCommand;
use afterhours_core::config::{Budget, Config};
use afterhours_core::memory::{ScopeDocument, document_key};
use afterhours_core::model::Scope;
use afterhours_ports::{Budgets, Capacity as _, Costs, Publisher, Store as _};
use afterhours_shell::{Answer, ErrorClass, FunctionError, Handler, Invocation, Metric, Start};
use serde_json::{Value, json};

use crate::capacity::AwsCapacity;

/// What the function may call, as IAM names it, beyond the bucket and the topic.
pub const ACTIONS: &[&[&str]] = &[
    afterhours_aws_costexplorer::ACTIONS,
    afterhours_aws_budgets::ACTIONS,
    afterhours_aws_autoscaling::running::READ_ACTIONS,
    afterhours_aws_sagemaker::running::READ_ACTIONS,
    afterhours_aws_tagging::ACTIONS,
    afterhours_aws_sts::READ_ACTIONS,
];

/// Makes the function from its configuration.
///
/// # Errors
/// The configuration has no section `budget`.
#[expect(
    clippy::unused_async,
    reason = "the shell awaits the start of every function"
)]
pub async fn start(start: Start) -> Result<impl Handler, FunctionError> {
    let Some(budget) = start.config.budget.clone() else {
        return Err(FunctionError::new(
            ErrorClass::Configuration,
            "configuration field `budget` is missing; accepted: {}, or an object with the fields of its schema",
        ));
    };
    Ok(BudgetFunction {
        region: start.environment.region.clone(),
        config: start.config,
        budget,
        aws: start.aws,
    })
}

struct BudgetFunction {
    config: Config,
    budget: Budget,
    aws: Aws,
    region: String,
}

impl Handler for BudgetFunction {
    async fn handle(&self, payload: &str, invocation: Invocation) -> Result<Answer, FunctionError> {
        let command = BudgetCommand::from_json(payload)?;
        if let Some(alias) = &invocation.alias
            && let Some(rule) = self.config.aliases.get(alias)
        {
            command.authorise(alias, rule)?;
        }
        match command {
            BudgetCommand::Scan {} => self.scan(&invocation).await,
            BudgetCommand::Check {} => self.check(&invocation).await,
        }
    }
}

impl BudgetFunction {
    async fn scan(&self, invocation: &Invocation) -> Result<Answer, FunctionError> {
        let store = S3Store::new(&self.aws, &self.config.bucket);
        let publisher = self.publisher();
        let scope = self.scope().await?;
        let budgets = AwsBudgets::new(&self.aws, &scope.account);
        let (mut documents, mut unread) = (Vec::new(), Vec::new());
        for scope in &self.config.scopes {
            match self.document(&store, scope).await {
                Ok(document) => documents.push(document),
                Err(error) => unread.push((document_key(scope), error)),
            }
        }
        let aws = self.aws.clone();
        let costs = move |most: u32| -> Box<dyn Costs> { Box::new(CostExplorer::new(&aws, most)) };
        let outside = Outside {
            costs: &costs,
            budgets: self.budget.aws_budgets.then_some(&budgets as &dyn Budgets),
            store: &store,
            publisher: publisher.as_ref().map(|topic| topic as &dyn Publisher),
        };
        let subject = Subject {
            scope,
            documents,
            unread,
        };
        let (report, told) = Box::pin(scan(&self.budget, outside, &subject, invocation.now))
            .await
            .map_err(FunctionError::of)?;
        Ok(Answer {
            body: scanned(&report, told),
            metrics: metrics(&report, told),
        })
    }

    async fn check(&self, invocation: &Invocation) -> Result<Answer, FunctionError> {
        let store = S3Store::new(&self.aws, &self.config.bucket);
        let publisher = self.publisher();
        let own = self.scope().await?;
        let mut places = Vec::new();
        for scope in &self.config.scopes {
            let mut capacity = afterhours_ports::RunningCapacity::default();
            let document = match self.document(&store, scope).await {
                Ok(document) => document,
                Err(error) => {
                    capacity.unread.push((document_key(scope), error));
                    ScopeDocument::new(scope.clone())
                }
            };
            if scope.account != own.account {
                let reason = format!("the credentials are of account {}", own.account);
                capacity.unread.push((scope.to_string(), reason));
            } else if capacity.unread.is_empty() {
                let aws = self.aws.in_region(&scope.region);
                capacity = AwsCapacity::new(&aws, &self.config.rates).running().await;
            }
            places.push(Place { document, capacity });
        }
        let publisher = publisher.as_ref().map(|topic| topic as &dyn Publisher);
        let checked = check(
            &self.config,
            &places,
            &store,
            publisher,
            &own,
            invocation.now,
        )
        .await
        .map_err(FunctionError::of)?;
        Ok(Answer {
            metrics: check_metrics(&checked),
            body: json!(checked),
        })
    }

    fn publisher(&self) -> Option<SnsPublisher> {
        let topic = self.config.topic_arn.as_deref();
        topic.map(|arn| SnsPublisher::new(&self.aws, arn))
    }

    async fn scope(&self) -> Result<AlertScope, FunctionError> {
        Ok(AlertScope {
            environment: self.config.environment.clone(),
            account: afterhours_aws_sts::account(&self.aws).await?,
            region: self.region.clone(),
        })
    }

    /// What the scaler remembers of a scope; nothing before its first tick.
    async fn document(&self, store: &S3Store, scope: &Scope) -> Result<ScopeDocument, String> {
        let stored = store
            .get(&document_key(scope))
            .await
            .map_err(|error| error.to_string())?;
        match stored {
            None => Ok(ScopeDocument::new(scope.clone())),
            Some(stored) => ScopeDocument::from_json(&stored.bytes, scope)
                .map_err(|error| afterhours_aws::error_text(&error)),
        }
    }
}

/// What the caller gets; the whole report lies in the bucket.
fn scanned(report: &Report, told: Told) -> Value {
    json!({
        "anomalies": report.scan.anomalies, "forecast": report.scan.forecast,
        "incidents": report.incidents, "budgets": report.budgets, "records": report.records,
        "currency": report.currency, "fetch": report.fetch, "gaps": report.gaps,
        "completeness": report.completeness, "complete": report.is_complete(), "told": told,
    })
}

fn metrics(report: &Report, told: Told) -> Vec<Metric> {
    let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    vec![
        Metric::count("CostIncidentsOpen", told.open),
        Metric::count("CostIncidentsNew", told.new),
        Metric::count("CostSeries", report.scan.series),
        Metric::count("CostExplorerRequests", size(report.fetch.requests)),
        Metric::count("CostNotFetched", report.fetch.gaps.len()),
        Metric::count("Alerts", told.alerts),
    ]
}

fn check_metrics(checked: &Checked) -> Vec<Metric> {
    vec![
        Metric::count("OutsideSchedule", checked.outside.len()),
        Metric::count("CapacityNotRead", checked.unread.len()),
        Metric::count("Alerts", checked.alerts),
    ]
}
