//! The function that looks at costs.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    afterhours_shell::serve(afterhours_budget_handler::start).await
}
