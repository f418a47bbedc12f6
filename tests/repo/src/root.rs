//! The files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold what is made, not what is kept.
const MADE: [&str; 5] = [".git", ".terraform", ".venv", "__pycache__", "target"];

/// A path in the repository.
pub(crate) fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(relative)
}

/// The text of a file.
pub(crate) fn read(relative: &str) -> String {
    fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// Every file that is kept, by its path from the root, with `/`; sorted.
pub(crate) fn files() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(path(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let relative = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            if !entry.file_type().unwrap().is_dir() {
                found.push(relative);
            } else if !MADE.contains(&name.as_str()) {
                folders.push(relative);
            }
        }
    }
    found.sort();
    found
}

/// Every kept file that is text, with its text.
pub(crate) fn texts() -> Vec<(String, String)> {
    files()
        .into_iter()
        .filter_map(|file| {
            let bytes = fs::read(path(&file)).unwrap();
            String::from_utf8(bytes).ok().map(|text| (file, text))
        })
        .collect()
}

/// The key lines under a table header of a TOML file, as `key`, `value`.
pub(crate) fn table(text: &str, header: &str) -> Vec<(String, String)> {
    text.lines()
        .skip_while(|line| line.trim() != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| {
            let (key, value) = line.split_once(" = ")?;
            Some((key.trim().to_owned(), value.trim().to_owned()))
        })
        .collect()
}

/// The value of a key under a table header.
pub(crate) fn value(text: &str, header: &str, key: &str) -> Option<String> {
    table(text, header)
        .into_iter()
        .find(|(found, _)| found == key)
        .map(|(_, value)| value)
}
