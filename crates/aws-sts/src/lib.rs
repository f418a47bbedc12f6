//! Which account the credentials belong to.

use afterhours_aws::{Answer, Aws, Service, port_error};
use afterhours_ports::PortResult;
use aws_sdk_sts::Client;

/// What the adapter calls, as IAM names it. No permission is needed
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>).
pub const READ_ACTIONS: &[&str] = &[IDENTITY];

const IDENTITY: &str = "sts:GetCallerIdentity";

/// The account of the credentials, twelve digits.
///
/// # Errors
/// The call failed, or the answer names no account of twelve digits.
pub async fn account(aws: &Aws) -> PortResult<String> {
    let answer = Client::new(&aws.config(Service::Sts))
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| port_error(IDENTITY, error))?;
    let fields = Answer::of(IDENTITY);
    let account = fields.text("Account", answer.account())?;
    if account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(account)
    } else {
        Err(fields.unusable(format!("`Account` is {account:?}; accepted: twelve digits")))
    }
}
