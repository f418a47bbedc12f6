//! Faults around any implementation of the ports.

mod fault;
mod wrapper;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use afterhours_ports::{PortResult, Ports};

use crate::error::crashed;
pub use fault::Fault;
use wrapper::Faulty;

/// Where a boundary lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// The call was not made yet.
    Before,
    /// The call took effect, or was refused, and the caller does not know yet.
    After,
}

/// A boundary that was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The call, by the action that IAM knows for it: `autoscaling:UpdateAutoScalingGroup`.
    pub action: &'static str,
    /// The name, ARN, resource id or key that it is about; `*` for bulk reads.
    pub resource: String,
    /// On which side of the call.
    pub point: Point,
}

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;
type Hook = Box<dyn FnOnce() -> Waiting + Send>;

/// Makes calls fail. Clones share one count of boundaries.
///
/// Every port call has a boundary before and one after it; they are numbered from 0 in the order in which
/// they are reached, so a run that is deterministic can be taken apart: count with [`Self::boundaries`], then
/// repeat on a fresh world with [`Self::crash_at`] for each number.
#[derive(Clone, Default)]
pub struct Faults {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    passed: Vec<Passed>,
    crash_at: Option<usize>,
    crashed: bool,
    faults: Vec<Fault>,
    hooks: Vec<(usize, Hook)>,
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Faults")
            .field("boundaries", &state.passed.len())
            .field("crash_at", &state.crash_at)
            .field("crashed", &state.crashed)
            .field("faults", &state.faults)
            .finish_non_exhaustive()
    }
}

impl Faults {
    /// No fault yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same ports with the faults of this handle, also those that are added later.
    pub fn wrap(&self, ports: Ports) -> Ports {
        let Ports {
            groups,
            endpoints,
            scaling,
            tagging,
            metrics,
            store,
            publisher,
        } = ports;
        Ports {
            groups: Arc::new(Faulty::new(groups, self)),
            endpoints: Arc::new(Faulty::new(endpoints, self)),
            scaling: Arc::new(Faulty::new(scaling, self)),
            tagging: Arc::new(Faulty::new(tagging, self)),
            metrics: Arc::new(Faulty::new(metrics, self)),
            store: Arc::new(Faulty::new(store, self)),
            publisher: publisher.map(|inner| Arc::new(Faulty::new(inner, self)) as _),
        }
    }

    /// Adds a fault. At one boundary the first one that applies counts.
    ///
    /// A fault goes by the action of the port call: listing groups is `autoscaling:DescribeAutoScalingGroups`
    /// as a whole; that only their policies cannot be read is a denial in the [`crate::World`].
    pub fn add(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// The process dies at boundary `n`: from there on every call fails with class `Unavailable` and code
    /// [`crate::CRASHED`], and nothing reaches the ports below any more.
    pub fn crash_at(&self, n: usize) {
        self.state().crash_at = Some(n);
    }

    /// Whether the process has died.
    pub fn has_crashed(&self) -> bool {
        self.state().crashed
    }

    /// Does something at boundary `n`, before faults are looked at: a change by somebody else.
    pub fn at(&self, n: usize, hook: impl FnOnce() + Send + 'static) {
        self.at_async(n, move || {
            hook();
            std::future::ready(())
        });
    }

    /// As [`Self::at`] with something to wait for, such as another tick. It should go through ports that are
    /// not wrapped by this handle, or its calls count here too.
    pub fn at_async<F>(&self, n: usize, hook: impl FnOnce() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.state()
            .hooks
            .push((n, Box::new(move || Box::pin(hook()))));
    }

    /// How many boundaries were passed.
    pub fn boundaries(&self) -> usize {
        self.state().passed.len()
    }

    /// The boundaries that were passed, by number.
    pub fn passed(&self) -> Vec<Passed> {
        self.state().passed.clone()
    }

    async fn call<T>(
        &self,
        action: &'static str,
        resource: &str,
        work: impl Future<Output = PortResult<T>> + Send,
    ) -> PortResult<T> {
        self.pass(action, resource, Point::Before).await?;
        let result = work.await;
        self.pass(action, resource, Point::After).await?;
        result
    }

    async fn pass(&self, action: &'static str, resource: &str, point: Point) -> PortResult<()> {
        let passed = Passed {
            action,
            resource: resource.to_owned(),
            point,
        };
        let (number, hooks) = self.state().enter(&passed).ok_or_else(|| crashed(action))?;
        for hook in hooks {
            hook().await;
        }
        self.state().verdict(number, &passed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Numbers a boundary and takes its hooks; none when the process is dead.
    fn enter(&mut self, passed: &Passed) -> Option<(usize, Vec<Hook>)> {
        if self.crashed {
            return None;
        }
        let number = self.passed.len();
        self.passed.push(passed.clone());
        let (now, later) = std::mem::take(&mut self.hooks)
            .into_iter()
            .partition(|(at, _)| *at == number);
        self.hooks = later;
        let now: Vec<(usize, Hook)> = now;
        Some((number, now.into_iter().map(|(_, hook)| hook).collect()))
    }

    fn verdict(&mut self, number: usize, passed: &Passed) -> PortResult<()> {
        if self.crashed || self.crash_at.is_some_and(|at| number >= at) {
            self.crashed = true;
            return Err(crashed(passed.action));
        }
        self.faults
            .iter_mut()
            .find_map(|fault| fault.strike(passed))
            .map_or(Ok(()), Err)
    }
}
