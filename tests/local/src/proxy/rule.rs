//! Rules that disturb calls: errors, delays, short pages, call-backs at the call's boundaries.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::call::Call;
use super::reply::AwsError;

/// Names an added rule; see [`super::Proxy::add`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub(crate) u64);

/// What happens after a call-back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The call goes on as if nothing were.
    Continue,
    /// The connection is closed: before forwarding, AWS never sees the call; after, the client never sees the answer.
    HangUp,
}

type Predicate = Arc<dyn Fn(&Call) -> bool + Send + Sync>;
type Callback = Arc<dyn Fn(&Call) -> Flow + Send + Sync>;
type Scripted = Arc<dyn Fn(&Call) -> Reply + Send + Sync>;

/// A scripted answer.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Status 200 with this output, in JSON or CBOR as the call asks.
    Json(Value),
    /// This status, content type and body.
    Raw(u16, String, String),
    /// This error, in the call's protocol.
    Error(AwsError),
}

#[derive(Clone)]
pub(crate) enum Action {
    Denied,
    Throttled,
    Internal,
    HangUp,
    HangUpAfter,
    Error(AwsError),
    Delay(Duration),
    Page(usize),
    Halve,
    Answer(Scripted),
    Before(Callback),
    After(Callback),
}

/// What to do with which calls. Made with [`Rule::on`], narrowed by [`Rule::when`], [`Rule::nth`] and [`Rule::times`],
/// and given one or more actions.
///
/// Rules apply in the order in which they were added; delays and call-backs add up, the first answer wins.
#[derive(Clone)]
pub struct Rule {
    service: String,
    operation: String,
    predicate: Option<Predicate>,
    mutating: bool,
    skip: u64,
    times: u64,
    pub(crate) actions: Vec<Action>,
}

impl fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Rule({} {} skip {} times {})",
            self.service, self.operation, self.skip, self.times
        )
    }
}

impl Rule {
    /// Matches every call of `operation` of `service`; `*` stands for any.
    pub fn on(service: &str, operation: &str) -> Self {
        Self {
            service: service.to_owned(),
            operation: operation.to_owned(),
            predicate: None,
            mutating: false,
            skip: 0,
            times: u64::MAX,
            actions: Vec::new(),
        }
    }

    /// Only calls for which `predicate` holds.
    #[must_use]
    pub fn when(mut self, predicate: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        self.predicate = Some(Arc::new(predicate));
        self
    }

    /// Only calls of the caller with this application id or access key.
    #[must_use]
    pub fn caller(self, name: &str) -> Self {
        let (name, former) = (name.to_owned(), self.predicate.clone());
        self.when(move |call| {
            call.caller == name && former.as_ref().is_none_or(|former| former(call))
        })
    }

    /// Only calls that can change something.
    #[must_use]
    pub fn mutating(mut self) -> Self {
        self.mutating = true;
        self
    }

    /// Only the `n`-th matching call, from 1, counted from when the rule was added.
    #[must_use]
    pub fn nth(mut self, n: u64) -> Self {
        self.skip = n.saturating_sub(1);
        self.times = 1;
        self
    }

    /// Only the first `n` matching calls.
    #[must_use]
    pub fn times(mut self, n: u64) -> Self {
        self.times = n;
        self
    }

    fn act(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Answers that the caller is not allowed to do this, as the service says it.
    #[must_use]
    pub fn deny(self) -> Self {
        self.act(Action::Denied)
    }

    /// Answers that the rate is exceeded, as the service says it.
    #[must_use]
    pub fn throttle(self) -> Self {
        self.act(Action::Throttled)
    }

    /// Answers 500.
    #[must_use]
    pub fn server_error(self) -> Self {
        self.act(Action::Internal)
    }

    /// Answers this error.
    #[must_use]
    pub fn error(self, error: AwsError) -> Self {
        self.act(Action::Error(error))
    }

    /// Closes the connection before the call reaches AWS.
    #[must_use]
    pub fn hang_up(self) -> Self {
        self.act(Action::HangUp)
    }

    /// Lets AWS carry the call out and closes the connection instead of answering.
    #[must_use]
    pub fn lose_answer(self) -> Self {
        self.act(Action::HangUpAfter)
    }

    /// Waits before going on.
    #[must_use]
    pub fn delay(self, time: Duration) -> Self {
        self.act(Action::Delay(time))
    }

    /// Makes pages at most `size` long, with a token for the rest, whatever page size was asked for.
    #[must_use]
    pub fn page_size(self, size: usize) -> Self {
        self.act(Action::Page(size))
    }

    /// Leaves out the second half of the list that AWS answers with, and the token for the rest: an answer that lies.
    #[must_use]
    pub fn halve(self) -> Self {
        self.act(Action::Halve)
    }

    /// Answers with this output (JSON or CBOR) instead of AWS.
    #[must_use]
    pub fn respond_json(self, body: Value) -> Self {
        self.respond_with(move |_| Reply::Json(body.clone()))
    }

    /// Answers with status, content type and body instead of AWS.
    #[must_use]
    pub fn respond(self, status: u16, content_type: &str, body: &str) -> Self {
        let reply = Reply::Raw(status, content_type.to_owned(), body.to_owned());
        self.respond_with(move |_| reply.clone())
    }

    /// Answers with what `script` makes of the call instead of AWS.
    #[must_use]
    pub fn respond_with(self, script: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        self.act(Action::Answer(Arc::new(script)))
    }

    /// Runs `callback` (it may block) before the call is forwarded.
    #[must_use]
    pub fn before(self, callback: impl Fn(&Call) -> Flow + Send + Sync + 'static) -> Self {
        self.act(Action::Before(Arc::new(callback)))
    }

    /// Runs `callback` (it may block) after AWS carried the call out and before the client gets the answer.
    #[must_use]
    pub fn after(self, callback: impl Fn(&Call) -> Flow + Send + Sync + 'static) -> Self {
        self.act(Action::After(Arc::new(callback)))
    }
}

/// A rule with its count of matches.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) id: RuleId,
    rule: Rule,
    seen: u64,
    pub(crate) hits: u64,
}

impl Active {
    pub(crate) fn new(id: RuleId, rule: Rule) -> Self {
        Self {
            id,
            rule,
            seen: 0,
            hits: 0,
        }
    }

    /// The actions if the rule applies to this call, counting it.
    pub(crate) fn apply(&mut self, call: &Call) -> Option<Vec<Action>> {
        let rule = &self.rule;
        let matches = call.is(&rule.service, &rule.operation)
            && (!rule.mutating || call.mutating)
            && rule
                .predicate
                .as_ref()
                .is_none_or(|predicate| predicate(call));
        if !matches {
            return None;
        }
        self.seen += 1;
        if self.seen <= rule.skip || self.hits >= rule.times {
            return None;
        }
        self.hits += 1;
        Some(rule.actions.clone())
    }
}
