//! The scaler: gather → plan (pure) → lint → execute → report.

mod activity;
mod alerts;
mod claims;
mod execute;
mod gather;
pub mod memory;
mod report;
mod tick;
mod why;

use std::time::Duration;

use afterhours_core::command::{Command, CommandError};
use afterhours_core::config::Config;
use afterhours_core::model::Scope;
use afterhours_ports::Ports;
use jiff::Timestamp;
use tokio::time::Instant;

pub use claims::ClaimError;
pub use gather::GatherError;
pub use report::{ClaimReport, Reply, ScopeError, StatusReport, TickReport};
pub use why::WhyReport;

/// The scaler of a configuration.
pub struct Scaler {
    config: Config,
    scopes: Vec<(Scope, Ports)>,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Lambda's request id, or one made by the tool: a repeated delivery has the same.
    pub id: String,
    /// Now. Events carry no time that matters.
    pub now: Timestamp,
    /// No call is begun when this much time has passed.
    pub budget: Duration,
    /// The Lambda alias that was invoked.
    pub alias: Option<String>,
}

/// Why a request could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum ScalerError {
    /// The payload was refused.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A claim was refused.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// Memory could not be read or written.
    #[error("scope {scope}: memory failed")]
    Memory {
        /// The scope.
        scope: Scope,
        /// Why.
        #[source]
        source: Box<memory::MemoryError>,
    },
    /// The inventory cannot be worked with.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// Others kept writing.
    #[error("others kept writing the memory of the scope; nothing was changed by this request")]
    Contended,
    /// Nothing worked in any scope.
    #[error("no scope could be handled: {}", join(.0))]
    NothingWorked(Vec<ScopeError>),
}

fn join(errors: &[ScopeError]) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// An error and its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // A transparent error repeats its cause word for word.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// The errors of scopes, as they are reported.
pub(crate) fn scope_errors(failed: &[(Scope, ScalerError)]) -> Vec<ScopeError> {
    let report = |(scope, error): &(Scope, ScalerError)| ScopeError {
        scope: scope.clone(),
        error: chain(error),
    };
    failed.iter().map(report).collect()
}

/// The error where every scope failed; that of an only scope as it is, because its class is known by its type.
pub(crate) fn nothing_worked(mut failed: Vec<(Scope, ScalerError)>) -> ScalerError {
    let errors = scope_errors(&failed);
    match (failed.pop(), failed.is_empty()) {
        (Some((_, only)), true) => only,
        _ => ScalerError::NothingWorked(errors),
    }
}

/// Puts the scope to an error of its memory.
pub(crate) fn of_scope(scope: &Scope) -> impl Fn(memory::MemoryError) -> ScalerError {
    move |source| ScalerError::Memory {
        scope: scope.clone(),
        source: Box::new(source),
    }
}

impl Scaler {
    /// A scaler for the scopes of `config`, each with its ports, in the order of the configuration.
    pub fn new(config: Config, scopes: Vec<(Scope, Ports)>) -> Self {
        Self { config, scopes }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Opens the connections that every tick uses; errors are left to the tick.
    pub async fn warm_up(&self) {
        let Some((scope, ports)) = self.scopes.first() else {
            return;
        };
        let key = afterhours_core::memory::document_key(scope);
        // One cheap call: the handshake with the state bucket, which is the first thing that a tick reads.
        drop(ports.store.get(&key).await);
    }

    /// Answers one command.
    pub async fn run(&self, command: &Command, request: &Request) -> Result<Reply, ScalerError> {
        let deadline = Instant::now() + request.budget;
        // Before a name is looked up: who may not do it learns no names from the error.
        self.permit(command, request, None)?;
        match command {
            Command::Tick {} => self.each_scope(request, deadline, false).await,
            Command::Plan {} => self.each_scope(request, deadline, true).await,
            Command::Status {} => self.status(request.now).await,
            Command::Pause { .. } | Command::Resume {} => self.switch(command, request).await,
            Command::Wake { target, .. }
            | Command::Extend { target, .. }
            | Command::Release { target }
            | Command::Sleep { target, .. } => self.claim(command, target, request, deadline).await,
            Command::Why { target } => self.why(command, target, request).await,
        }
    }

    /// Checks the command against what the invoked alias permits.
    fn permit(
        &self,
        command: &Command,
        request: &Request,
        target: Option<&afterhours_core::model::TargetId>,
    ) -> Result<(), ScalerError> {
        let Some(alias) = &request.alias else {
            return Ok(());
        };
        let Some(rule) = self.config.aliases.get(alias) else {
            return Ok(());
        };
        Ok(command.authorise(alias, rule, target)?)
    }

    async fn each_scope(
        &self,
        request: &Request,
        deadline: Instant,
        dry_run: bool,
    ) -> Result<Reply, ScalerError> {
        let mut reports = Vec::new();
        let mut failed = Vec::new();
        for (scope, ports) in &self.scopes {
            let tick = self.tick_scope(scope, ports, request, deadline, None, dry_run);
            match tick.await {
                Ok(report) => reports.push(report),
                // The only scope's error keeps its class, which alarms go by.
                Err(error) if self.scopes.len() == 1 => return Err(error),
                Err(error) => {
                    tracing::error!(%scope, error = chain(&error), "scope failed");
                    failed.push((scope.clone(), error));
                }
            }
        }
        if reports.is_empty() {
            return Err(nothing_worked(failed));
        }
        let errors = scope_errors(&failed);
        Ok(Reply::Tick { reports, errors })
    }
}
