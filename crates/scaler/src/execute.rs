//! Carrying out a plan: each action on its own, each step in order.

use afterhours_core::plan::{Action, Step};
use afterhours_ports::{ErrorClass, PortError, PortResult, Ports};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use tokio::time::Instant;

/// How many actions are under way at once; the request rate is bounded by the adapters.
const CONCURRENCY: usize = 8;

/// What came of one action.
#[derive(Debug, Clone)]
pub(crate) struct Executed {
    /// Its place in the plan.
    pub(crate) index: usize,
    /// The error that ended it.
    pub(crate) error: Option<Failed>,
}

/// Why an action was not carried out to the end.
#[derive(Debug, Clone)]
pub(crate) enum Failed {
    /// A call failed.
    Call(PortError),
    /// There was no time left to begin another call.
    OutOfTime,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::OutOfTime => f.write_str("no time left in this run; the next tick goes on"),
        }
    }
}

impl Failed {
    /// Whether it is likely to pass by itself, so that nobody has to be told at once.
    pub(crate) fn passes_by_itself(&self) -> bool {
        match self {
            Self::OutOfTime => true,
            Self::Call(error) => matches!(
                error.class,
                ErrorClass::Busy | ErrorClass::Throttled | ErrorClass::Unavailable
            ),
        }
    }
}

/// Carries out all actions; one that fails does not stop the others.
pub(crate) async fn execute(ports: &Ports, actions: &[Action], deadline: Instant) -> Vec<Executed> {
    let mut runs: Vec<BoxFuture<'_, Executed>> = Vec::with_capacity(actions.len());
    for (index, action) in actions.iter().enumerate() {
        runs.push(Box::pin(one(ports, index, action, deadline)));
    }
    let mut executed: Vec<Executed> = stream::iter(runs)
        .buffer_unordered(CONCURRENCY)
        .collect()
        .await;
    executed.sort_by_key(|executed| executed.index);
    executed
}

async fn one(ports: &Ports, index: usize, action: &Action, deadline: Instant) -> Executed {
    let error = run(ports, action, deadline).await.err();
    if let Some(error) = &error {
        tracing::warn!(target = %action.target, action = %action.verb, %error, "action failed");
    } else {
        tracing::info!(
            target = %action.target, action = %action.verb,
            from = %action.from, to = %action.to, "action done"
        );
    }
    Executed { index, error }
}

async fn run(ports: &Ports, action: &Action, deadline: Instant) -> Result<(), Failed> {
    for step in &action.steps {
        if Instant::now() >= deadline {
            return Err(Failed::OutOfTime);
        }
        call(ports, &action.target.name, step)
            .await
            .map_err(Failed::Call)?;
    }
    Ok(())
}

async fn call(ports: &Ports, name: &str, step: &Step) -> PortResult<()> {
    match step {
        Step::SuspendProcesses { processes } => ports.groups.suspend(name, processes).await,
        Step::ResumeProcesses { processes } => ports.groups.resume(name, processes).await,
        Step::UpdateGroup { size } => ports.groups.update_size(name, *size).await,
        Step::SetVariantCount { variant, count } => {
            ports.endpoints.set_count(name, variant, *count).await
        }
        Step::SetVariantWeights { weights } => ports.endpoints.set_weights(name, weights).await,
        Step::RegisterTarget { target } => ports.scaling.register(target).await,
        Step::DeregisterTarget {
            resource_id,
            dimension,
        } => ports.scaling.deregister(resource_id, dimension).await,
        Step::PutPolicy { policy } => ports.scaling.put_policy(policy).await,
        Step::DeleteEndpoint {} => match ports.endpoints.delete(name).await {
            // Deleted already, by this tool's earlier call or by somebody: asleep either way.
            Err(error) if error.class == ErrorClass::NotFound => Ok(()),
            result => result,
        },
        Step::CreateEndpoint { config_name, tags } => {
            // Keys with this prefix are AWS's own, and refused in requests.
            let tags = tags
                .iter()
                .filter(|(key, _)| !key.starts_with("aws:"))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            ports.endpoints.create(name, config_name, &tags).await
        }
    }
}
