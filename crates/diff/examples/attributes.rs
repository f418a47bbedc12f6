//! Prints the table of compared attributes: `cargo run -p afterhours-diff --example attributes > crates/diff/ATTRIBUTES.md`.
//! With `types` it prints the names of all types, for `arguments/make.py`.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write as _};

use afterhours_diff::catalog;

const ARGUMENTS: &str = include_str!("../arguments/aws-6.69.1.json");
const HEAD: &str = include_str!("../arguments/head.txt");

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    if std::env::args().nth(1).as_deref() == Some("types") {
        for kind in catalog::types() {
            writeln!(out, "{}", kind.name)?;
        }
        return Ok(());
    }
    let arguments: BTreeMap<String, Vec<String>> = serde_json::from_str(ARGUMENTS)?;
    write!(out, "{HEAD}{}", catalog::coverage::markdown(&arguments))?;
    Ok(())
}
