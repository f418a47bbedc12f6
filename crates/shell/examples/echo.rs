//! A function that tells what it was given, for the tests of the shell.

use std::process::ExitCode;
use std::time::Duration;

use afterhours_core::command::Command;
use afterhours_core::config::Mode;
use afterhours_ports::{ErrorClass as PortErrorClass, PortError};
use afterhours_shell::{
    Answer, ErrorClass, FunctionError, Handler, Invocation, Metric, Start, serve,
};

struct Echo {
    start: Start,
}

impl Handler for Echo {
    #[expect(clippy::panic, reason = "what a panic becomes is shown")]
    async fn handle(&self, payload: &str, invocation: Invocation) -> Result<Answer, FunctionError> {
        let Invocation {
            request_id,
            alias,
            now,
            budget,
        } = invocation;
        tracing::info!(target: "afterhours_echo", mode = ?self.start.config.mode, "asked");
        match payload {
            r#""panic""# => panic!("as asked"),
            r#""hang""# => std::future::pending().await,
            r#""denied""# => Err(FunctionError::of(PortError {
                class: PortErrorClass::Denied,
                action: "s3:GetObject".to_owned(),
                code: "AccessDenied".to_owned(),
                message: String::new(),
            })),
            _ if payload.contains("command") => {
                let command = Command::from_json(payload)?;
                let metrics = vec![Metric::count("Targets", 3)];
                Ok(Answer {
                    body: command.name().into(),
                    metrics,
                })
            }
            _ => {
                let body = format!("{request_id} {alias:?} {now} {budget:?} {payload}");
                Ok(Answer {
                    body: body.into(),
                    metrics: Vec::new(),
                })
            }
        }
    }

    async fn warm_up(&self) {
        // Longer than any warm-up may take.
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    serve(async |start: Start| {
        if start.config.mode == Mode::Act && start.config.topic_arn.is_none() {
            return Err(FunctionError::new(
                ErrorClass::Configuration,
                "`topic_arn` is missing",
            ));
        }
        Ok(Echo { start })
    })
    .await
}
