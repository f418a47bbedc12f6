//! What goes over the wire, and what comes of what comes back.

use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_ssm::Parameters;
use afterhours_ports::ErrorClass;
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn a_parameter_is_read_decrypted() {
    let script = Script::new([Reply::ok(r#"{"Parameter":{"Value":"{}"}}"#)]);
    assert_eq!(
        Parameters::new(&script.aws())
            .value("/afterhours/config")
            .await
            .unwrap(),
        "{}"
    );
    let sent = script.sent();
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    assert_eq!(
        body,
        json!({ "Name": "/afterhours/config", "WithDecryption": true })
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_denied_or_malformed_is_told_apart() {
    let script = Script::new([
        Reply::json_error(400, "ParameterNotFound", ""),
        Reply::ok("{}"),
        Reply::ok(r#"{"Parameter":{"Name":"p"}}"#),
        Reply::json_error(400, "AccessDeniedException", "no"),
        Reply::ok("["),
        Reply::json_error(400, "ThrottlingException", "Rate exceeded"),
        Reply::ok(r#"{"Parameter":{"Value":"x"}}"#),
    ]);
    let parameters = Parameters::new(&script.aws());
    assert_eq!(
        parameters.value("p").await.unwrap_err().class,
        ErrorClass::NotFound
    );
    assert!(
        parameters
            .value("p")
            .await
            .unwrap_err()
            .message
            .contains("`Parameter`")
    );
    assert!(
        parameters
            .value("p")
            .await
            .unwrap_err()
            .message
            .contains("`Parameter.Value`")
    );
    assert_eq!(
        parameters.value("p").await.unwrap_err().class,
        ErrorClass::Denied
    );
    assert_eq!(
        parameters.value("p").await.unwrap_err().class,
        ErrorClass::Unavailable
    );
    assert_eq!(parameters.value("p").await.unwrap(), "x");
}
