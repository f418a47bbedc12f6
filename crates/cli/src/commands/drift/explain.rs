//! `drift explain`: one instance, attribute by attribute.

use afterhours_connect_drift::{AwsRegions, sources};
use afterhours_diff::compare::{Row, Verdict};
use afterhours_drift::{Explanation, Standing, explain};
use clap::Args;
use serde_json::{Value, json};

use crate::aws::{AwsOptions, runtime};
use crate::context::{Context, Failure, Format, Outcome};
use crate::render::wrap;

/// Shows state, live side and rule of one address.
#[derive(Debug, Args)]
pub(crate) struct ExplainCommand {
    /// The address as Terraform prints it: `module.ml.aws_instance.gpu[0]`.
    address: String,

    /// The state: a file, a folder, `s3://BUCKET/KEY`, `s3://BUCKET/PREFIX/`; may repeat.
    #[arg(long = "state", value_name = "ADDRESS", required = true)]
    states: Vec<String>,

    /// Only attributes that differ, or could not be read.
    #[arg(long)]
    brief: bool,

    #[command(flatten)]
    aws: AwsOptions,
}

impl ExplainCommand {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let explained = runtime()?.block_on(async {
            let aws = self.aws.connect().await?;
            let region = aws.region().to_owned();
            let regions = AwsRegions::of(&aws, &region).await?;
            let listed = sources(&aws, &self.states).await;
            if let Some(fault) = listed.faults.first() {
                return Err(Failure::from(fault));
            }
            explain(listed.sources, &regions, &self.address)
                .await
                .map_err(Failure::from)
        })?;
        if explained.is_empty() {
            let states = self.states.join(", ");
            return Err(format!("{} is not in {states}", self.address).into());
        }
        match context.format {
            Format::Json => {
                let documents: Vec<Value> = explained.iter().map(document).collect();
                context.print_json(&documents)?;
            }
            Format::Human => {
                for explanation in &explained {
                    let text = text(explanation, self.brief);
                    context.out.write_all(text.as_bytes())?;
                }
            }
        }
        Ok(outcome(&explained))
    }
}

fn outcome(explained: &[Explanation]) -> Outcome {
    let differs = |explanation: &Explanation| match &explanation.standing {
        Standing::Gone { .. } => true,
        Standing::Present { rows, .. } => rows.iter().any(|row| row.verdict == Verdict::Differs),
        Standing::NotAsked(_) | Standing::Unknown(_) => false,
    };
    let unknown = |explanation: &Explanation| match &explanation.standing {
        Standing::Unknown(_) | Standing::NotAsked(_) => true,
        Standing::Present { rows, .. } => rows
            .iter()
            .any(|row| matches!(row.verdict, Verdict::Unread(Some(_)))),
        Standing::Gone { .. } => false,
    };
    if explained.iter().any(differs) {
        Outcome::Found
    } else if explained.iter().any(unknown) {
        Outcome::Incomplete
    } else {
        Outcome::Complete
    }
}

fn verdict(row: &Row) -> (&'static str, String) {
    match &row.verdict {
        Verdict::Equal => ("equal", row.rule.to_owned()),
        Verdict::Differs => ("differs", row.rule.to_owned()),
        Verdict::LeftOut => ("left_out", row.rule.to_owned()),
        Verdict::NotInState => (
            "not_in_state",
            "not in the state, or told by another attribute".to_owned(),
        ),
        Verdict::Unread(Some(hole)) => ("unread", format!("{}: {}", hole.action, hole.message)),
        Verdict::Unread(None) => ("unread", "not read".to_owned()),
    }
}

fn document(explanation: &Explanation) -> Value {
    let standing = match &explanation.standing {
        Standing::NotAsked(reason) => json!({"standing": "not_asked", "reason": reason}),
        Standing::Unknown(reason) => json!({"standing": "unknown", "reason": reason}),
        Standing::Gone { key, place } => {
            json!({"standing": "deleted", "key": key, "place": place})
        }
        Standing::Present { key, place, rows } => {
            let rows: Vec<Value> = rows
                .iter()
                .map(|row| {
                    let (verdict, rule) = verdict(row);
                    json!({"attribute": row.name, "verdict": verdict, "rule": rule,
                           "state": row.state, "live": row.live})
                })
                .collect();
            json!({"standing": "present", "key": key, "place": place, "attributes": rows})
        }
    };
    json!({"source": explanation.source, "address": explanation.address, "explanation": standing})
}

fn text(explanation: &Explanation, brief: bool) -> String {
    let mut lines = vec![format!("{} in {}", explanation.address, explanation.source)];
    match &explanation.standing {
        Standing::NotAsked(reason) => lines.push(format!("  cannot be looked at: {reason}")),
        Standing::Unknown(reason) => lines.push(format!("  could not be looked at: {reason}")),
        Standing::Gone { key, place } => {
            lines.push(format!("  is gone: asked for as {key} in {place}"));
        }
        Standing::Present { key, place, rows } => {
            lines.push(format!("  found as {key} in {place}"));
            for row in rows {
                let (name, rule) = verdict(row);
                let dull = matches!(
                    row.verdict,
                    Verdict::Equal | Verdict::LeftOut | Verdict::NotInState
                );
                if brief && dull {
                    continue;
                }
                lines.push(format!(
                    "  {}: {} ({rule})",
                    row.name,
                    name.replace('_', " ")
                ));
                let show = |label: &str, value: &Option<Value>| {
                    value
                        .as_ref()
                        .map(|value| format!("    {label:<6} {value}"))
                };
                if !matches!(row.verdict, Verdict::LeftOut) {
                    lines.extend(show("state", &row.state));
                    lines.extend(show("live", &row.live));
                }
            }
        }
    }
    let wrapped: Vec<String> = lines
        .iter()
        .map(|line| {
            let lead = line.len() - line.trim_start().len();
            format!(
                "{}{}",
                &line.chars().take(lead).collect::<String>(),
                wrap(line, lead, lead + 4)
            )
        })
        .collect();
    format!("{}\n", wrapped.join("\n"))
}
