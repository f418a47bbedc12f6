//! The function that puts sleepers to sleep and wakes them.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    afterhours_shell::serve(afterhours_scaler_handler::start).await
}
