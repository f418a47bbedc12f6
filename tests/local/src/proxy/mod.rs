//! The loopback proxy in front of moto.
//!
//! It recognises each call, logs it, disturbs it by rules, answers what moto lacks ([`emulate`]) and forwards the rest.

mod call;
mod emulate;
mod forward;
mod halve;
mod reply;
mod rule;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

pub use call::{Call, Protocol};
pub use emulate::Transitions;
pub use emulate::sns::Published;
pub use reply::AwsError;
pub use rule::{Flow, Reply, Rule, RuleId};

use crate::http::{Answer, HangUp, Incoming, Server, answer};
use emulate::World;
use forward::Upstream;
use rule::{Action, Active};

/// A call as the log keeps it.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// The call.
    #[serde(flatten)]
    pub call: Call,
    /// The HTTP status that the client got; `None` when the connection was closed instead.
    pub status: Option<u16>,
    /// The rules that applied.
    #[serde(skip)]
    pub rules: Vec<RuleId>,
}

/// A running proxy; dropping it closes it.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    server: Server,
}

#[derive(Debug)]
struct Shared {
    upstream: Upstream,
    numbers: AtomicU64,
    rules: Mutex<Vec<Active>>,
    next_rule: AtomicU64,
    log: Mutex<Vec<Record>>,
    world: Mutex<World>,
    // S3 decides each conditional write alone; moto checks and writes in two steps.
    conditional: tokio::sync::Mutex<()>,
}

/// A poisoned lock means that a rule's call-back panicked; the data is still whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Proxy {
    /// Listens on a free loopback port in front of `upstream` (moto, or any emulator on loopback).
    pub fn start(upstream: SocketAddr) -> Result<Self> {
        Self::with_world(upstream, World::default())
    }

    /// Another proxy with a copy of what this one keeps in moto's place, in front of `upstream`; no rules, an empty log.
    pub fn fork(&self, upstream: SocketAddr) -> Result<Self> {
        let world = locked(&self.shared.world).clone();
        Self::with_world(upstream, world)
    }

    fn with_world(upstream: SocketAddr, world: World) -> Result<Self> {
        let shared = Arc::new(Shared {
            upstream: Upstream::new(upstream),
            numbers: AtomicU64::new(0),
            rules: Mutex::default(),
            next_rule: AtomicU64::new(1),
            log: Mutex::default(),
            world: Mutex::new(world),
            conditional: tokio::sync::Mutex::default(),
        });
        let handler = Arc::clone(&shared);
        let server = Server::start("afterhours-proxy", move |request| {
            let shared = Arc::clone(&handler);
            Box::pin(async move { detached(shared, request).await })
        })?;
        Ok(Self { shared, server })
    }

    /// The address for clients: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Adds a rule for the calls from now on.
    pub fn add(&self, rule: Rule) -> RuleId {
        let id = RuleId(self.shared.next_rule.fetch_add(1, Ordering::Relaxed));
        locked(&self.shared.rules).push(Active::new(id, rule));
        id
    }

    /// Removes a rule; `false` when it is not there.
    pub fn remove(&self, id: RuleId) -> bool {
        let mut rules = locked(&self.shared.rules);
        let before = rules.len();
        rules.retain(|active| active.id != id);
        rules.len() < before
    }

    /// Removes all rules.
    pub fn clear_rules(&self) {
        locked(&self.shared.rules).clear();
    }

    /// How often a rule applied; 0 when it was removed.
    pub fn hits(&self, id: RuleId) -> u64 {
        locked(&self.shared.rules)
            .iter()
            .find(|active| active.id == id)
            .map_or(0, |active| active.hits)
    }

    /// All finished calls since the start or [`Proxy::clear_log`], in the order in which they ended.
    pub fn calls(&self) -> Vec<Record> {
        locked(&self.shared.log).clone()
    }

    /// The finished calls of one caller (`AWS_SDK_UA_APP_ID`, or the access key id).
    pub fn calls_of(&self, caller: &str) -> Vec<Record> {
        self.calls()
            .into_iter()
            .filter(|record| record.call.caller == caller)
            .collect()
    }

    /// Calls per `service:Operation`.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for record in locked(&self.shared.log).iter() {
            *counts
                .entry(format!("{}:{}", record.call.service, record.call.operation))
                .or_insert(0) += 1;
        }
        counts
    }

    /// The finished calls that can change something.
    pub fn mutations(&self) -> Vec<Record> {
        self.calls()
            .into_iter()
            .filter(|record| record.call.mutating)
            .collect()
    }

    /// Empties the log and starts numbering at 1 again.
    pub fn clear_log(&self) {
        locked(&self.shared.log).clear();
        self.shared.numbers.store(0, Ordering::Relaxed);
    }

    /// How endpoints pass through `Creating`, `Updating` and `Deleting` from now on; [`Transitions::AfterDescribes`]`(1)` at first.
    pub fn set_transitions(&self, transitions: Transitions) {
        locked(&self.shared.world).transitions = transitions;
    }

    /// How endpoints pass through their transitions now.
    pub fn transitions(&self) -> Transitions {
        locked(&self.shared.world).transitions
    }

    /// Ends all transitions that are under way.
    pub fn settle(&self) {
        locked(&self.shared.world).settle();
    }

    /// Puts an endpoint into `status` (`Failed`, `SystemUpdating`, …); `false` when it is not there.
    pub fn set_endpoint_status(&self, region: &str, name: &str, status: &str) -> bool {
        locked(&self.shared.world).set_endpoint_status(region, name, status)
    }

    /// What was published to SNS since the start or [`Proxy::clear_published`].
    pub fn published(&self) -> Vec<Published> {
        locked(&self.shared.world).published.clone()
    }

    /// Forgets what was published.
    pub fn clear_published(&self) {
        locked(&self.shared.world).published.clear();
    }

    /// The state that the proxy itself keeps (endpoints, scalable targets), for diagnosis.
    pub fn state(&self) -> Value {
        locked(&self.shared.world).dump()
    }

    /// Forgets rules, log and all emulated state; moto keeps its own (see [`crate::moto::Moto::reset`]).
    pub fn reset(&self) {
        self.clear_rules();
        self.clear_log();
        *locked(&self.shared.world) = World::default();
    }
}

/// Carries a call to its end even if the client goes away meanwhile, as AWS does.
async fn detached(shared: Arc<Shared>, request: Incoming) -> Result<Answer, HangUp> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the call must outlive its connection; it ends with the runtime of the proxy"
    )]
    let task = tokio::spawn(async move { shared.handle(request).await });
    task.await.unwrap_or(Err(HangUp))
}

impl Shared {
    async fn handle(&self, request: Incoming) -> Result<Answer, HangUp> {
        if request.uri().path().starts_with("/moto-api/") {
            return self.upstream.forward(request).await;
        }
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        let call = Call::recognise(number, &request);
        let (mut actions, mut rules) = (Vec::new(), Vec::new());
        for active in locked(&self.rules).iter_mut() {
            if let Some(more) = active.apply(&call) {
                actions.extend(more);
                rules.push(active.id);
            }
        }
        let result = self.answer(&call, request, actions).await;
        let status = result
            .as_ref()
            .ok()
            .map(|response| response.status().as_u16());
        locked(&self.log).push(Record {
            call,
            status,
            rules,
        });
        result
    }

    async fn answer(
        &self,
        call: &Call,
        mut request: Incoming,
        actions: Vec<Action>,
    ) -> Result<Answer, HangUp> {
        let mut after = Vec::new();
        let mut scripted = None;
        let mut page = None;
        let mut halved = false;
        for action in actions {
            let reply = match action {
                Action::Denied => Reply::Error(AwsError::denied(call)),
                Action::Throttled => Reply::Error(AwsError::throttled(call)),
                Action::Internal => Reply::Error(AwsError::internal(call)),
                Action::Error(error) => Reply::Error(error),
                Action::Answer(script) => script(call),
                Action::HangUp => return Err(HangUp),
                Action::Delay(time) => {
                    tokio::time::sleep(time).await;
                    continue;
                }
                Action::Page(size) => {
                    page = Some(size);
                    continue;
                }
                Action::Halve => {
                    halved = true;
                    continue;
                }
                Action::Before(callback) => {
                    run(call, callback).await?;
                    continue;
                }
                Action::HangUpAfter | Action::After(_) => {
                    after.push(action);
                    continue;
                }
            };
            if scripted.is_none() {
                scripted = Some(reply);
            }
        }
        let response = match scripted {
            Some(Reply::Json(body)) => reply::output(call, &body),
            Some(Reply::Raw(status, content_type, body)) => answer(status, &content_type, body),
            Some(Reply::Error(error)) => reply::error(call, &error),
            None => {
                let mut call = call.clone();
                if let Some(size) = page {
                    forward::limit_page(&mut call, &mut request, size);
                }
                let response = self.emulate(&call, request).await?;
                if halved && response.status().is_success() {
                    forward::halved(response).await?
                } else {
                    response
                }
            }
        };
        for action in after {
            match action {
                Action::After(callback) => run(call, callback).await?,
                _ => return Err(HangUp),
            }
        }
        Ok(response)
    }
}

/// Runs a call-back where it may block.
async fn run(
    call: &Call,
    callback: Arc<dyn Fn(&Call) -> Flow + Send + Sync>,
) -> Result<(), HangUp> {
    let call = call.clone();
    match tokio::task::spawn_blocking(move || callback(&call)).await {
        Ok(Flow::Continue) => Ok(()),
        Ok(Flow::HangUp) | Err(_) => Err(HangUp),
    }
}
