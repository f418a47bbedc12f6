//! Posting the messages of an event.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use afterhours_core::alert::{Envelope, from_sns_message, slack, text};
use afterhours_ports::PortError;
use serde::Serialize;
use serde_json::json;

use crate::event::records;
use crate::http::Answer;
use crate::patience::chance;
use crate::{
    Client, EventError, Notification, Patience, Retry, Secrets, Waiting, WebhookUrl,
    WebhookUrlError,
};

/// So many message ids are remembered, so that Lambda's retry of an event does not post again what was delivered.
const REMEMBERED: usize = 1_000;
/// Columns of the plain text.
const COLUMNS: usize = 80;
/// Bytes of the plain text, below the 40,000 at which Slack cuts
/// (<https://docs.slack.dev/changelog/2018-truncating-really-long-messages>), with room for escapes and quotes.
const PLAIN: usize = 30_000;

/// Delivers messages of SNS to one webhook.
pub struct Notifier {
    secrets: Arc<dyn Secrets>,
    secret: String,
    client: Client,
    retry: Retry,
    waiting: Arc<dyn Waiting>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    url: Option<WebhookUrl>,
    delivered: VecDeque<String>,
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Message ids that were posted.
    pub delivered: Vec<String>,
    /// Message ids that this process had posted before, when the same event came.
    pub repeated: Vec<String>,
}

/// A message that was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its id, or its place in the event where it has none.
    pub message_id: String,
    /// Why, without the address.
    pub reason: String,
}

/// Messages that were not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Those that were not.
    pub failures: Vec<Failure>,
    /// Those that were.
    pub report: Report,
}

/// Why an event failed.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The payload was refused.
    #[error(transparent)]
    Event(#[from] EventError),
    /// Not every message could be delivered.
    #[error("{0}")]
    Undelivered(Undelivered),
}

/// Why one message failed.
#[derive(Debug, thiserror::Error)]
enum PostError {
    #[error("the address of the webhook could not be read: {0}")]
    Secret(#[from] PortError),
    #[error("secret {id:?}: {source}")]
    Url { id: String, source: WebhookUrlError },
    #[error("the webhook answered {0}")]
    Refused(String),
    #[error("the webhook answered {status} to the address of the secret too, read again")]
    Gone { status: String },
    #[error("given up after {attempts} attempts: {last}")]
    Exhausted { attempts: u32, last: String },
    #[error(
        "given up after {attempts} attempts, the time does not suffice for a further one: {last}"
    )]
    NoTime { attempts: u32, last: String },
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let delivered = self.report.delivered.len() + self.report.repeated.len();
        let all = delivered + self.failures.len();
        write!(
            f,
            "{} of {all} messages could not be delivered",
            self.failures.len()
        )?;
        for (index, failure) in self.failures.iter().enumerate() {
            let separator = if index == 0 { ": " } else { "; " };
            write!(f, "{separator}{}: {}", failure.message_id, failure.reason)?;
        }
        Ok(())
    }
}

impl Notifier {
    /// A notifier for the webhook whose address is the text of the secret `secret` (a name or an ARN).
    pub fn new(secrets: Arc<dyn Secrets>, secret: &str, client: Client) -> Self {
        Self {
            secrets,
            secret: secret.to_owned(),
            client,
            retry: Retry::default(),
            waiting: Arc::new(Patience::default()),
            state: Mutex::default(),
        }
    }

    /// With other bounds of trying again.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// With another way of waiting.
    #[must_use]
    pub fn with_waiting(mut self, waiting: Arc<dyn Waiting>) -> Self {
        self.waiting = waiting;
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the address of the webhook, if that was not done before.
    pub async fn warm_up(&self) {
        // The first message meets the same error, and tells it.
        let _ = self.url(None).await;
    }

    /// Delivers every message of an event of SNS within `budget`.
    ///
    /// # Errors
    /// [`NotifyError`]; the messages that it does not name were delivered.
    pub async fn run(&self, payload: &str, budget: Duration) -> Result<Report, NotifyError> {
        let records = records(payload)?;
        let end = self.waiting.elapsed().saturating_add(budget);
        let mut report = Report::default();
        let mut failures = Vec::new();
        let count = records.len();
        for (index, record) in records.into_iter().enumerate() {
            let notification = match record {
                Ok(notification) => notification,
                Err(reason) => {
                    failures.push(Failure {
                        message_id: format!("Records[{index}]"),
                        reason,
                    });
                    continue;
                }
            };
            let id = notification.message_id.clone();
            if self.state().delivered.contains(&id) {
                report.repeated.push(id);
                continue;
            }
            // Each message has its share of the time, so that one that fails leaves enough to the others.
            let now = self.waiting.elapsed();
            let left = u32::try_from(count - index).unwrap_or(u32::MAX);
            let share = now.saturating_add(end.saturating_sub(now) / left);
            match self.deliver(&notification, share).await {
                Ok(()) => {
                    self.remember(&id);
                    report.delivered.push(id);
                }
                Err(error) => {
                    let reason = error.to_string();
                    tracing::warn!(message_id = id, reason, "not delivered");
                    failures.push(Failure {
                        message_id: id,
                        reason,
                    });
                }
            }
        }
        if failures.is_empty() {
            return Ok(report);
        }
        Err(NotifyError::Undelivered(Undelivered { failures, report }))
    }

    fn remember(&self, id: &str) {
        let mut state = self.state();
        if state.delivered.len() == REMEMBERED {
            state.delivered.pop_front();
        }
        state.delivered.push_back(id.to_owned());
    }

    /// The address of the webhook, read again where it is `stale`.
    async fn url(&self, stale: Option<&WebhookUrl>) -> Result<WebhookUrl, PostError> {
        let known = self.state().url.clone();
        if let Some(url) = known
            && stale != Some(&url)
        {
            return Ok(url);
        }
        let secret = self.secrets.text(&self.secret).await?;
        let url: WebhookUrl = secret.expose().parse().map_err(|source| PostError::Url {
            id: self.secret.clone(),
            source,
        })?;
        self.state().url = Some(url.clone());
        Ok(url)
    }

    async fn deliver(&self, notification: &Notification, end: Duration) -> Result<(), PostError> {
        let Notification {
            message_id,
            subject,
            message,
            timestamp,
        } = notification;
        let envelope = from_sns_message(message, subject.as_deref(), *timestamp);
        let mut body = slack::render(&envelope).to_value().to_string();
        let mut plain = false;
        let mut url = self.url(None).await?;
        let mut read_again = false;
        let mut attempts = 0;
        loop {
            let left = end.saturating_sub(self.waiting.elapsed());
            attempts += 1;
            let answer = self
                .client
                .post(&url, &body, self.retry.attempt.min(left))
                .await;
            let (last, pause) = match answer {
                Ok(answer) if answer.status.is_success() => return Ok(()),
                Ok(answer) if !plain && refuses_form(&answer) => {
                    tracing::warn!(
                        message_id,
                        answer = shown(&answer),
                        "blocks were refused, plain text is sent"
                    );
                    body = plain_text(&envelope);
                    plain = true;
                    continue;
                }
                Ok(answer) if is_gone(&answer) => {
                    if read_again {
                        return Err(PostError::Gone {
                            status: shown(&answer),
                        });
                    }
                    // Somebody may have put another webhook into the secret.
                    let fresh = self.url(Some(&url)).await?;
                    if fresh == url {
                        return Err(PostError::Refused(shown(&answer)));
                    }
                    (url, read_again) = (fresh, true);
                    continue;
                }
                Ok(answer) if may_pass(&answer) => (
                    format!("the webhook answered {}", shown(&answer)),
                    answer.retry_after,
                ),
                Ok(answer) => return Err(PostError::Refused(shown(&answer))),
                Err(reason) => (reason, None),
            };
            if attempts >= self.retry.attempts {
                return Err(PostError::Exhausted { attempts, last });
            }
            let pause = self
                .retry
                .pause(attempts, chance())
                .max(pause.unwrap_or_default());
            if self.waiting.elapsed().saturating_add(pause) >= end {
                return Err(PostError::NoTime { attempts, last });
            }
            tracing::info!(
                message_id,
                reason = last,
                pause_ms = pause.as_millis(),
                "tried again"
            );
            self.waiting.pause(pause).await;
        }
    }
}

/// Too many requests, or a fault of the other side.
fn may_pass(answer: &Answer) -> bool {
    answer.status.as_u16() == 429 || answer.status.is_server_error()
}

/// The webhook was removed, forbidden, or its channel archived
/// (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors>).
fn is_gone(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 403 | 404 | 410)
}

/// The blocks are at fault and not the message.
fn refuses_form(answer: &Answer) -> bool {
    answer.status.as_u16() == 400
        && ["invalid_blocks", "invalid_blocks_format", "invalid_payload"]
            .contains(&answer.word.as_str())
}

fn shown(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    if answer.word.is_empty() {
        status.to_string()
    } else {
        format!("{status} {}", answer.word)
    }
}

/// The alert as text in a code block, so that Slack interprets nothing in it.
fn plain_text(envelope: &Envelope) -> String {
    let text = text::render(envelope, COLUMNS);
    // Escapes are never cut in two, and nothing ends the code block early.
    let mut kept = String::new();
    for c in text.trim_end().replace("```", "'''").chars() {
        match c {
            '&' => kept.push_str("&amp;"),
            '<' => kept.push_str("&lt;"),
            '>' => kept.push_str("&gt;"),
            _ => kept.push(c),
        }
        if kept.len() >= PLAIN {
            kept.push_str("\n… cut here, the alert is longer");
            break;
        }
    }
    json!({ "text": format!("```\n{kept}\n```") }).to_string()
}
