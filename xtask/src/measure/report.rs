//! The figures as a table, and which of them exceed their limits.

use std::fmt::Write as _;

use crate::marks::{circumstances, grouped};

use super::{Calls, FIRST_CALL, MEMORY, NEXT, Start, Summary, ZIP};

/// How far a machine of continuous integration may be behind before the command fails.
const SLOWER: f64 = 4.0;

/// What a figure should be at most, and beyond what the command fails.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    target: f64,
    gate: f64,
}

impl Budget {
    /// Of a figure that is the same on every machine.
    pub(super) const fn strict(target: f64) -> Self {
        Self {
            target,
            gate: target,
        }
    }

    /// Of a figure that depends on the machine.
    pub(super) const fn of_this_machine(target: f64) -> Self {
        Self {
            target,
            gate: target * SLOWER,
        }
    }

    fn verdict(self, value: f64) -> &'static str {
        if value <= self.target {
            "held"
        } else if value <= self.gate {
            "missed"
        } else {
            "exceeded"
        }
    }
}

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) binary: usize,
    pub(super) zip: usize,
    pub(super) start: Start,
}

/// All figures.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) functions: Vec<Function>,
    pub(super) floor: Summary,
    pub(super) calls: Calls,
}

/// A figure that has a budget.
struct Limited {
    name: String,
    value: f64,
    budget: Budget,
}

impl Report {
    fn limited(&self) -> Vec<Limited> {
        let mut found = Vec::new();
        let mut add = |name: String, value: f64, budget: Budget| {
            found.push(Limited {
                name,
                value,
                budget,
            });
        };
        for function in &self.functions {
            let name = function.name;
            #[expect(clippy::cast_precision_loss, reason = "a zip is below 2^52 bytes")]
            add(format!("zip of {name} in bytes"), function.zip as f64, ZIP);
            let start = &function.start;
            add(
                format!("CPU of {name} until the first /next in ms"),
                start.cpu.median,
                NEXT,
            );
            add(
                format!("memory of {name} at the first /next in MiB"),
                start.peak_rss.median,
                MEMORY,
            );
        }
        add(
            "CPU of the first call in ms".to_owned(),
            self.calls.first(),
            FIRST_CALL,
        );
        found
    }

    /// A sentence for each figure beyond its gate.
    pub(super) fn exceeded(&self) -> Vec<String> {
        let beyond = |figure: &Limited| figure.value > figure.budget.gate;
        let figures = self.limited().into_iter().filter(beyond);
        figures
            .map(|figure| {
                format!(
                    "{} is {}; at most {} is accepted",
                    figure.name,
                    trimmed(figure.value),
                    trimmed(figure.budget.gate)
                )
            })
            .collect()
    }

    /// The tables.
    pub(super) fn markdown(&self) -> anyhow::Result<String> {
        let mut text = format!(
            "{} CPU is user and system time; median (least to most).\n\n",
            circumstances()?
        );
        writeln!(
            text,
            "| function | binary, bytes | zip, bytes | CPU until the first `/next`, ms | memory then, MiB | AWS calls until then |"
        )?;
        writeln!(text, "|---|---:|---:|---:|---:|---:|")?;
        for function in &self.functions {
            let start = &function.start;
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                function.name,
                grouped(function.binary),
                grouped(function.zip),
                spread(start.cpu),
                spread(start.peak_rss),
                start.calls
            )?;
        }
        writeln!(text, "\n| process | CPU, ms |\n|---|---:|")?;
        let Calls { none, one, two } = &self.calls;
        for (name, summary) in [
            ("a program that does nothing (`true`)", &self.floor),
            ("a connection to AWS, no call", none),
            ("the same with one call", one),
            ("the same with two calls", two),
        ] {
            writeln!(text, "| {name} | {} |", spread(*summary))?;
        }
        let (first, second) = (self.calls.first(), self.calls.second());
        writeln!(text, "| difference: **the first call** | {first:.2} |")?;
        writeln!(text, "| difference: the second call | {second:.2} |")?;
        writeln!(
            text,
            "\n| budget | measured | target | the command fails beyond | |"
        )?;
        writeln!(text, "|---|---:|---:|---:|---|")?;
        for Limited {
            name,
            value,
            budget,
        } in self.limited()
        {
            writeln!(
                text,
                "| {name} | {} | {} | {} | {} |",
                trimmed(value),
                trimmed(budget.target),
                trimmed(budget.gate),
                budget.verdict(value)
            )?;
        }
        Ok(text)
    }
}

fn spread(summary: Summary) -> String {
    let Summary { median, min, max } = summary;
    format!("{median:.2} ({min:.2} to {max:.2})")
}

/// Whole numbers in groups of three digits, others with two decimals.
fn trimmed(value: f64) -> String {
    if value.fract() == 0.0 && value >= 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and not negative; what is measured is small"
        )]
        return grouped(value as usize);
    }
    format!("{value:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVEN: Summary = Summary {
        median: 1.0,
        min: 0.5,
        max: 2.0,
    };

    fn report(zip: usize, one: f64) -> Report {
        Report {
            functions: vec![Function {
                name: "scaler",
                binary: 9_000_000,
                zip,
                start: Start {
                    cpu: EVEN,
                    peak_rss: EVEN,
                    calls: 1,
                },
            }],
            floor: EVEN,
            calls: Calls {
                none: EVEN,
                one: Summary {
                    median: one,
                    ..EVEN
                },
                two: EVEN,
            },
        }
    }

    #[test]
    fn a_zip_of_four_million_bytes_is_accepted_and_one_byte_more_is_not() {
        assert_eq!(report(4_000_000, 2.0).exceeded(), Vec::<String>::new());
        assert_eq!(
            report(4_000_001, 2.0).exceeded(),
            ["zip of scaler in bytes is 4,000,001; at most 4,000,000 is accepted"]
        );
    }

    #[test]
    fn processor_time_fails_only_beyond_four_times_its_target() {
        let missed = report(1, 8.9);
        assert_eq!(missed.exceeded(), Vec::<String>::new());
        let row = "| CPU of the first call in ms | 7.90 | 2 | 8 | missed |";
        assert!(missed.markdown().unwrap().contains(row));
        assert_eq!(
            report(1, 9.25).exceeded(),
            ["CPU of the first call in ms is 8.25; at most 8 is accepted"]
        );
    }
}
