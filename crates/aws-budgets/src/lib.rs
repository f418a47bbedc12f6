//! AWS Budgets behind its port.

mod convert;

use afterhours_aws::{Aws, Pages, Service, port_error};
use afterhours_ports::{AwsBudget, Budgets, PortResult};
use async_trait::async_trait;
use aws_sdk_budgets::Client;

/// What the adapter may call, as IAM names it: `DescribeBudgets` is authorised as `budgets:ViewBudget`
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html>).
pub const ACTIONS: &[&str] = &[VIEW];

const VIEW: &str = "budgets:ViewBudget";

/// The region whose endpoint answers for the `aws` partition
/// (<https://docs.aws.amazon.com/general/latest/gr/billing.html>).
const REGION: &str = "us-east-1";

/// Budgets of one page: the service's default, written out (API reference, `DescribeBudgets`, `MaxResults`).
const PAGE: i32 = 100;

/// The budgets of one account.
#[derive(Debug, Clone)]
pub struct AwsBudgets {
    client: Client,
    account: String,
}

impl AwsBudgets {
    /// The budgets of the account with this id.
    pub fn new(aws: &Aws, account: &str) -> Self {
        Self {
            client: Client::new(&aws.in_region(REGION).config(Service::Budgets)),
            account: account.to_owned(),
        }
    }
}

#[async_trait]
impl Budgets for AwsBudgets {
    async fn list(&self) -> PortResult<Vec<AwsBudget>> {
        let mut pages = Pages::new(VIEW);
        let mut token = None;
        let mut budgets = Vec::new();
        loop {
            let answer = self
                .client
                .describe_budgets()
                .account_id(&self.account)
                .max_results(PAGE)
                // Without it a budget with an expression looks like one without any filter.
                .show_filter_expression(true)
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| port_error(VIEW, error))?;
            for budget in answer.budgets() {
                budgets.push(convert::budget(VIEW, budget)?);
            }
            token = pages.next(answer.next_token(), answer.budgets().len())?;
            if token.is_none() {
                return Ok(budgets);
            }
        }
    }
}
