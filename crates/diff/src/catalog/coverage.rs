//! Which of a type's configurable arguments are compared.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Attr, Rule, Type, find};

/// How the catalog stands to one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is compared.
    Compared,
    /// It is left out, and why.
    LeftOut(&'static str),
    /// The catalog does not name it.
    Unnamed,
}

/// How the catalog stands to an argument, given as a dotted path without indices: `root_block_device.volume_size`.
pub fn standing(kind: &Type, path: &str) -> Standing {
    let mut attributes = kind.attributes;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let Some(attribute) = named(attributes, part) else {
            return Standing::Unnamed;
        };
        match attribute.rule {
            Rule::Skip(reason) => return Standing::LeftOut(reason),
            Rule::Block(children)
            | Rule::OrderedBlocks(children)
            | Rule::Blocks {
                attributes: children,
                ..
            } if parts.peek().is_some() => attributes = children,
            // A rule of its own compares all that lies below.
            _ => return Standing::Compared,
        }
    }
    Standing::Unnamed
}

fn named(attributes: &'static [Attr], name: &str) -> Option<&'static Attr> {
    attributes.iter().find(|attribute| attribute.name == name)
}

/// A table of all types, and below it what is left out with its reason, in Markdown.
///
/// `arguments` has the configurable arguments of each type as dotted paths; those for which [`counts`] holds are counted.
pub fn markdown(arguments: &BTreeMap<String, Vec<String>>) -> String {
    let mut table = String::from(
        "| type | configurable | compared | left out | % |\n|---|---:|---:|---:|---:|\n",
    );
    let mut reasons = String::new();
    let (mut all, mut all_compared) = (0_usize, 0_usize);
    for (name, paths) in arguments {
        let Some(kind) = find(name) else { continue };
        let paths: Vec<&String> = paths.iter().filter(|path| counts(path)).collect();
        let mut compared = 0;
        let mut left_out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in &paths {
            match standing(kind, path) {
                Standing::Compared => compared += 1,
                Standing::LeftOut(reason) => left_out.entry(reason).or_default().push(path),
                Standing::Unnamed => left_out.entry("NOT NAMED").or_default().push(path),
            }
        }
        all += paths.len();
        all_compared += compared;
        row(&mut table, &format!("`{name}`"), paths.len(), compared);
        if !left_out.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(reasons, "\n### `{name}`\n");
            for (reason, paths) in left_out {
                let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
                let _ = writeln!(reasons, "- {}: {reason}", paths.join(", "));
            }
        }
    }
    row(&mut table, "**all**", all, all_compared);
    format!("{table}\n## Left out, and why\n{reasons}")
}

/// Whether a path is an argument of the object: `id` says which object it is and can be set in no configuration that
/// means anything, time-outs are of the provider's waiting.
pub fn counts(path: &str) -> bool {
    path != "id" && path != "timeouts" && !path.starts_with("timeouts.")
}

fn row(table: &mut String, name: &str, all: usize, compared: usize) {
    let per_cent = (compared * 100).checked_div(all).unwrap_or(100);
    // Writing to a string cannot fail.
    let _ = writeln!(
        table,
        "| {name} | {all} | {compared} | {} | {per_cent} |",
        all - compared
    );
}
