//! The function that compares Terraform state with what is there.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    afterhours_shell::serve(afterhours_drift_handler::start).await
}
