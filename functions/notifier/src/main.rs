//! The function that delivers alerts.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    afterhours_shell::serve(afterhours_notifier::start).await
}
