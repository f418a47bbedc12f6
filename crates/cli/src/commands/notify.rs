//! `notify preview`: what an alert looks like where it is delivered.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use afterhours_core::alert::{Envelope, html, slack, sns_message, text};
use clap::{Args, Subcommand, ValueEnum};

use crate::context::{Context, Failure, Format, Outcome};
use crate::render::COLUMNS;

/// What `notify` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Render an alert file as text, Slack blocks, SNS message or HTML page.
    Preview(Preview),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        match self {
            Self::Preview(preview) => preview.run(context),
        }
    }
}

/// Where an alert may end up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Sink {
    /// Plain text, as in an e-mail.
    #[default]
    Text,
    /// Slack's message as JSON: blocks and fallback text.
    Slack,
    /// The SNS message as JSON: subject, bodies by protocol, attributes.
    Sns,
    /// A page.
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// The alert, one JSON envelope (`-` is standard input); samples are in events/alerts.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Where it would be delivered.
    #[arg(long = "as", value_enum, default_value_t)]
    sink: Sink,
}

impl Preview {
    fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let name = self.file.display().to_string();
        let read = if name == "-" {
            let mut text = String::new();
            std::io::stdin()
                .lock()
                .read_to_string(&mut text)
                .map(|_| text)
        } else {
            fs::read_to_string(&self.file)
        };
        let alert = read.map_err(|error| format!("{name} could not be read: {error}"))?;
        let alert = Envelope::parse(&alert).map_err(|error| format!("{name}: {error}"))?;
        if context.format == Format::Json && self.sink == Sink::Text {
            context.print_json(&alert)?;
            return Ok(Outcome::Complete);
        }
        match self.sink {
            Sink::Text => writeln!(context.out, "{}", text::render(&alert, COLUMNS).trim_end())?,
            Sink::Html => writeln!(context.out, "{}", html::render(&alert).trim_end())?,
            Sink::Slack => context.print_json(&slack::render(&alert))?,
            Sink::Sns => {
                let message = sns_message(&alert);
                let attributes: serde_json::Map<String, serde_json::Value> = message
                    .attributes
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone().into()))
                    .collect();
                let bodies: serde_json::Value = serde_json::from_str(&message.body)?;
                context.print_json(&serde_json::json!({
                    "subject": message.subject, "message": bodies, "attributes": attributes,
                }))?;
            }
        }
        Ok(Outcome::Complete)
    }
}
