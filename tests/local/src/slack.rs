//! A stand-in for Slack's incoming webhooks, strict about Slack's documented limits.
//!
//! Sources: <https://docs.slack.dev/reference/block-kit/blocks> and `/block-elements` for the limits,
//! <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks> for the answers (`ok`, `invalid_payload`,
//! `no_service`, …), <https://docs.slack.dev/apis/web-api/rate-limits> for 429 with `Retry-After`,
//! <https://docs.slack.dev/messaging/formatting-message-text> for the escaping of `&`, `<` and `>`.

mod blocks;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use hyper::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;

use crate::http::{Answer, HangUp, Incoming, Server, answer};

pub use blocks::problems;

/// What the webhook does with the next message instead of taking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// 429 with this many seconds in `Retry-After`.
    RateLimited(u32),
    /// 500 `rollup_error`.
    ServerError,
    /// 404 `no_service`: the webhook was removed.
    NoService,
    /// 403 `action_prohibited`: an administrator forbade it.
    Prohibited,
    /// The connection is closed without an answer.
    HangUp,
}

/// A message that was posted, accepted or not.
#[derive(Debug, Clone)]
pub struct Message {
    /// The JSON document; `null` when it was none.
    pub body: Value,
    /// The status answered; `None` when the connection was closed.
    pub status: Option<u16>,
    /// What Slack would refuse, empty when accepted.
    pub problems: Vec<String>,
}

/// A running stand-in; dropping it closes it.
#[derive(Debug)]
pub struct Slack {
    state: Arc<Mutex<State>>,
    server: Server,
}

#[derive(Debug, Default)]
struct State {
    messages: Vec<Message>,
    troubles: VecDeque<Trouble>,
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Slack {
    /// Listens on a free loopback port.
    pub fn start() -> Result<Self> {
        let state = Arc::new(Mutex::new(State::default()));
        let kept = Arc::clone(&state);
        let server = Server::start("afterhours-slack", move |request| {
            let result = post(&mut locked(&kept), &request);
            Box::pin(async move { result })
        })?;
        Ok(Self { state, server })
    }

    /// The webhook's address, of the form that Slack gives out.
    pub fn webhook_url(&self) -> String {
        format!(
            "http://{}/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
            self.server.address()
        )
    }

    /// The next messages meet these troubles, in this order; then messages are taken again.
    pub fn trouble(&self, troubles: impl IntoIterator<Item = Trouble>) {
        locked(&self.state).troubles.extend(troubles);
    }

    /// Every message posted, in order.
    pub fn messages(&self) -> Vec<Message> {
        locked(&self.state).messages.clone()
    }

    /// The documents of the messages that were taken.
    pub fn accepted(&self) -> Vec<Value> {
        self.messages()
            .into_iter()
            .filter(|message| message.status == Some(200))
            .map(|message| message.body)
            .collect()
    }

    /// Forgets messages and troubles.
    pub fn clear(&self) {
        *locked(&self.state) = State::default();
    }
}

fn post(state: &mut State, request: &Incoming) -> Result<Answer, HangUp> {
    let body = serde_json::from_slice::<Value>(request.body()).unwrap_or(Value::Null);
    let mut keep = |status: Option<u16>, problems: Vec<String>| {
        state.messages.push(Message {
            body: body.clone(),
            status,
            problems,
        });
    };
    let plain = |status: u16, text: String| Ok(answer(status, "text/html", text));
    if let Some(trouble) = state.troubles.pop_front() {
        let (status, text) = match trouble {
            Trouble::RateLimited(seconds) => {
                keep(Some(429), Vec::new());
                let mut response = answer(429, "text/html", "rate_limited");
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
                return Ok(response);
            }
            Trouble::HangUp => {
                keep(None, Vec::new());
                return Err(HangUp);
            }
            Trouble::ServerError => (500, "rollup_error"),
            Trouble::NoService => (404, "no_service"),
            Trouble::Prohibited => (403, "action_prohibited"),
        };
        keep(Some(status), Vec::new());
        return plain(status, text.to_owned());
    }
    if !request.uri().path().starts_with("/services/") {
        keep(Some(404), vec!["not a webhook's path".to_owned()]);
        return plain(404, "no_service".to_owned());
    }
    let json = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    if request.method() != hyper::Method::POST || !json || !body.is_object() {
        keep(
            Some(400),
            vec!["not a POST of a JSON object with Content-Type: application/json".to_owned()],
        );
        return plain(400, "invalid_payload".to_owned());
    }
    let problems = problems(&body);
    if problems.is_empty() {
        keep(Some(200), problems);
        return plain(200, "ok".to_owned());
    }
    let code = if problems
        .iter()
        .any(|problem| problem.starts_with("no text"))
    {
        "no_text"
    } else {
        "invalid_blocks"
    };
    keep(Some(400), problems);
    plain(400, code.to_owned())
}
