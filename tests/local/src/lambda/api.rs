//! The HTTP side of the Runtime API: one server per function process.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use hyper::Method;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::usage::Usage;
use crate::http::{Answer, HangUp, Incoming, Server, answer};

const ROOT: &str = "/2018-06-01/runtime/";

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) request_id: String,
    pub(super) function_arn: String,
    pub(super) deadline_ms: u64,
    pub(super) payload: String,
}

#[derive(Debug, Clone)]
pub(super) enum Posted {
    Response(Value),
    Error(Value),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    process: u32,
    event: Option<Event>,
    running: Option<String>,
    pub(super) asked: bool,
    pub(super) first_next: Option<Usage>,
    pub(super) asking: bool,
    pub(super) answer: Option<Posted>,
    pub(super) init_error: Option<Value>,
}

impl Seen {
    fn take_event(&mut self) -> Option<Event> {
        let event = self.event.take()?;
        self.asking = false;
        self.running = Some(event.request_id.clone());
        Some(event)
    }

    pub(super) fn idle_after_answer(&self) -> bool {
        self.answer.is_some() && self.asking
    }
}

#[derive(Debug, Default)]
struct State {
    seen: Mutex<Seen>,
    changed: Condvar,
    arrived: Notify,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

#[derive(Debug)]
pub(super) struct Api {
    state: Arc<State>,
    server: Server,
}

impl Api {
    pub(super) fn start() -> Result<Self> {
        let state = Arc::new(State::default());
        let kept = Arc::clone(&state);
        let server = Server::start("afterhours-runtime-api", move |request| {
            let state = Arc::clone(&kept);
            Box::pin(async move { handle(&state, &request).await })
        })?;
        Ok(Self { state, server })
    }

    pub(super) fn address(&self) -> String {
        self.server.address().to_string()
    }

    /// The process whose usage is read at its first `/next`.
    pub(super) fn watch(&self, process: u32) {
        self.state.change(|seen| seen.process = process);
    }

    pub(super) fn give(&self, event: Event) {
        self.state.change(|seen| {
            seen.answer = None;
            seen.event = Some(event);
        });
        self.state.arrived.notify_one();
    }

    pub(super) fn answer(&self) -> Option<Posted> {
        self.state.lock().answer.clone()
    }

    pub(super) fn clear(&self) {
        self.state.change(|seen| seen.answer = None);
    }

    /// Waits until `done`, at most `limit`; gives what was seen either way.
    pub(super) fn wait(&self, done: impl Fn(&Seen) -> bool, limit: Duration) -> Seen {
        let seen = self.state.lock();
        let waited = self
            .state
            .changed
            .wait_timeout_while(seen, limit, |seen| !done(seen));
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

async fn handle(state: &State, request: &Incoming) -> Result<Answer, HangUp> {
    let accepted = || Ok(answer(202, "application/json", r#"{"status":"OK"}"#));
    let refused = |status: u16, kind: &str, message: String| {
        Ok(answer(
            status,
            "application/json",
            json!({"errorType": kind, "errorMessage": message}).to_string(),
        ))
    };
    let document = || serde_json::from_slice::<Value>(request.body());
    let Some(path) = request.uri().path().strip_prefix(ROOT) else {
        return refused(
            404,
            "NotFound",
            format!("no such path: {}", request.uri().path()),
        );
    };
    match (
        request.method(),
        path.split('/').collect::<Vec<_>>().as_slice(),
    ) {
        (&Method::GET, ["invocation", "next"]) => next(state).await,
        (&Method::POST, ["init", "error"]) => {
            state.change(|seen| seen.init_error = Some(document().unwrap_or(Value::Null)));
            accepted()
        }
        (&Method::POST, ["invocation", id, kind @ ("response" | "error")]) => {
            if state.lock().running.as_deref() != Some(*id) {
                return refused(
                    400,
                    "InvalidRequestID",
                    format!("{id} is not the invocation under way"),
                );
            }
            let Ok(body) = document() else {
                return refused(
                    400,
                    "InvalidRequestFormat",
                    "the body is no JSON".to_owned(),
                );
            };
            let posted = if *kind == "response" {
                Posted::Response(body)
            } else {
                Posted::Error(body)
            };
            state.change(|seen| {
                seen.running = None;
                seen.answer = Some(posted);
            });
            accepted()
        }
        (method, _) => refused(404, "NotFound", format!("no such call: {method} {path}")),
    }
}

async fn next(state: &State) -> Result<Answer, HangUp> {
    state.change(|seen| {
        seen.asking = true;
        if !seen.asked {
            seen.asked = true;
            seen.first_next = Usage::of(seen.process).ok();
        }
    });
    let event = loop {
        let arrived = state.arrived.notified();
        if let Some(event) = state.lock().take_event() {
            break event;
        }
        arrived.await;
    };
    let mut response = answer(200, "application/json", event.payload);
    let headers = [
        ("lambda-runtime-aws-request-id", event.request_id),
        ("lambda-runtime-deadline-ms", event.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", event.function_arn),
        (
            "lambda-runtime-trace-id",
            "Root=1-00000000-000000000000000000000000;Sampled=0".to_owned(),
        ),
    ];
    for (name, value) in headers {
        let value = HeaderValue::from_str(&value).map_err(|_| HangUp)?;
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    Ok(response)
}
