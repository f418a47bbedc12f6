//! Logs: one JSON object a line on standard output.
//!
//! A layer of our own and not `fmt::json`: that one puts the fields of a span into a list, while here `request_id` and
//! every other field stands at the top, where a query finds it. Its level is fixed, so no regular expressions are linked.

use std::fmt;
use std::io::Write as _;
use std::panic::PanicHookInfo;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::clock::system_now;

/// Where lines go.
pub(crate) type Sink = fn(&str);

/// Writes a line to standard output; where nobody reads it, nothing can be done.
pub(crate) fn to_stdout(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out
        .write_all(format!("{line}\n").as_bytes())
        .and_then(|()| out.flush());
}

/// Starts logging for the process; later calls change nothing.
///
/// Other crates than ours are held to warnings: below, they tell of addresses and bodies, which may be secret.
pub(crate) fn start(function: &str, level: LevelFilter) {
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("afterhours", level)
        // The runtime's own line about an error of the handler would be a second one.
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF);
    let lines = JsonLines {
        function: function.to_owned(),
        sink: to_stdout,
    };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(targets));
    if tracing::subscriber::set_global_default(subscriber).is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    tracing::error!(error = panic_text(panic.payload()), place, "panicked");
}

/// The text of a panic.
pub(crate) fn panic_text(payload: &(dyn std::any::Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without text")
}

struct JsonLines {
    function: String,
    sink: Sink,
}

/// Fields of a span, kept with it.
struct Fields(Map<String, Value>);

struct Collect<'a>(&'a mut Map<String, Value>);

impl Collect<'_> {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Collect<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.insert(field, afterhours_aws::error_text(value));
    }
}

impl<S> Layer<S> for JsonLines
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Map::new();
        attributes.record(&mut Collect(&mut fields));
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Fields(fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(&mut Collect(&mut fields.0));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.extend(fields.0.clone());
            }
        }
        event.record(&mut Collect(&mut line));
        // These last: no field of an event stands for them.
        line.insert(
            "timestamp".to_owned(),
            format!("{:.3}", system_now()).into(),
        );
        line.insert("level".to_owned(), event.metadata().level().as_str().into());
        line.insert("target".to_owned(), event.metadata().target().into());
        line.insert("function".to_owned(), self.function.as_str().into());
        (self.sink)(&Value::Object(line).to_string());
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    thread_local! {
        static LINES: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
    }

    fn keep(line: &str) {
        LINES.with_borrow_mut(|lines| lines.push(serde_json::from_str(line).unwrap()));
    }

    fn logged(act: impl FnOnce()) -> Vec<Value> {
        let lines = JsonLines {
            function: "f".to_owned(),
            sink: keep,
        };
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, act);
        LINES.take()
    }

    #[test]
    fn fields_of_spans_and_events_stand_at_the_top() {
        let lines = logged(|| {
            let _outer = tracing::info_span!("invocation", request_id = "r-1").entered();
            let inner = tracing::info_span!("scope", scope = %"a/b", late = tracing::field::Empty)
                .entered();
            inner.record("late", 3);
            let error = std::io::Error::other("no");
            tracing::warn!(
                count = 2_u64,
                ok = false,
                error = &error as &dyn std::error::Error,
                "a \"line\"\nof two"
            );
        });
        let [line] = &lines[..] else {
            panic!("{lines:?}")
        };
        let expected = [
            ("request_id", Value::from("r-1")),
            ("function", "f".into()),
            ("scope", "a/b".into()),
            ("late", 3.into()),
            ("count", 2.into()),
            ("ok", false.into()),
            ("error", "no".into()),
            ("level", "WARN".into()),
            ("message", "a \"line\"\nof two".into()),
        ];
        for (name, value) in expected {
            assert_eq!(line[name], value, "{name}");
        }
        assert!(
            line["timestamp"]
                .as_str()
                .unwrap()
                .parse::<jiff::Timestamp>()
                .is_ok()
        );
    }

    #[test]
    fn no_field_stands_for_level_or_function() {
        let lines = logged(|| tracing::info!(level = "none", function = "other", "x"));
        assert_eq!(
            (&lines[0]["level"], &lines[0]["function"]),
            (&"INFO".into(), &"f".into())
        );
    }
}
