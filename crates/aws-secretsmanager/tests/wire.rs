//! What goes over the wire, and what comes of what comes back.

use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_secretsmanager::Secrets;
use afterhours_ports::ErrorClass;

const URL: &str = "https://hooks.example.com/services/T0/B0/XXXX";

#[tokio::test(start_paused = true)]
async fn a_secret_is_read_by_its_name_and_never_printed() {
    let script = Script::new([Reply::ok(format!(
        r#"{{"Name":"hook","SecretString":"{URL}"}}"#
    ))]);
    let secret = Secrets::new(&script.aws()).text("hook").await.unwrap();
    assert_eq!(secret.expose(), URL);
    assert_eq!(format!("{secret:?}"), "Secret(…)");
    let sent = script.sent();
    assert_eq!(
        sent[0].header("x-amz-target"),
        Some("secretsmanager.GetSecretValue")
    );
    assert_eq!(sent[0].body, r#"{"SecretId":"hook"}"#);
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_binary_denied_or_malformed_is_told_apart() {
    let script = Script::new([
        Reply::json_error(
            400,
            "ResourceNotFoundException",
            "can't find the specified secret",
        ),
        Reply::ok(r#"{"Name":"hook","SecretBinary":"AAAA"}"#),
        Reply::json_error(400, "AccessDeniedException", "no"),
        Reply::ok("{"),
        Reply::json_error(400, "ThrottlingException", "Rate exceeded"),
        Reply::ok(r#"{"SecretString":"x"}"#),
    ]);
    let secrets = Secrets::new(&script.aws());
    assert_eq!(
        secrets.text("hook").await.unwrap_err().class,
        ErrorClass::NotFound
    );
    assert!(
        secrets
            .text("hook")
            .await
            .unwrap_err()
            .message
            .contains("`SecretString`")
    );
    assert_eq!(
        secrets.text("hook").await.unwrap_err().class,
        ErrorClass::Denied
    );
    assert_eq!(
        secrets.text("hook").await.unwrap_err().class,
        ErrorClass::Unavailable
    );
    assert_eq!(secrets.text("hook").await.unwrap().expose(), "x");
}
