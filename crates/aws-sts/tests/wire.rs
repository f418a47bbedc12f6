//! What goes over the wire, and what comes of what comes back.

use afterhours_aws::testing::{Reply, Script};
use afterhours_ports::ErrorClass;

fn identity(account: &str) -> Reply {
    Reply::ok(format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/drift/scan</Arn><UserId>AROA:scan</UserId><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    ))
}

#[tokio::test(start_paused = true)]
async fn the_account_of_the_credentials_is_asked_in_the_own_region() {
    let script = Script::new([identity("111122223333")]);
    let account = afterhours_aws_sts::account(&script.aws()).await;
    assert_eq!(account.as_deref(), Ok("111122223333"));
    let sent = script.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].uri, "https://sts.eu-central-1.amazonaws.com/");
    assert!(
        sent[0].body.contains("Action=GetCallerIdentity"),
        "{}",
        sent[0].body
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_an_account_is_an_error() {
    for account in ["", "11112222333", "11112222333a"] {
        let script = Script::new([identity(account)]);
        let error = afterhours_aws_sts::account(&script.aws())
            .await
            .unwrap_err();
        assert_eq!(error.class, ErrorClass::Unavailable, "{error}");
        assert!(error.to_string().contains("Account"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_are_no_longer_valid_are_told_from_a_service_that_fails() {
    let script = Script::new([Reply::xml_error(403, "ExpiredToken", "expired")]);
    let error = afterhours_aws_sts::account(&script.aws())
        .await
        .unwrap_err();
    assert_eq!(
        (error.class, error.action.as_str()),
        (ErrorClass::Denied, "sts:GetCallerIdentity")
    );
    let script = Script::new((0..3).map(|_| Reply::xml_error(500, "InternalFailure", "")));
    let error = afterhours_aws_sts::account(&script.aws())
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable);
}
