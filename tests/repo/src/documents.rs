//! Documents are true: commands, links, names and examples.

use std::collections::BTreeSet;
use std::path::Path;

use afterhours_core::command::Command;
use afterhours_core::config::Config;
use afterhours_core::plan::tags;
use afterhours_core::schedule::Schedule;

use crate::cargo::WORKSPACE;
use crate::root::{self, read};

fn markdown() -> Vec<(String, String)> {
    let is_markdown = |file: &String| {
        Path::new(file)
            .extension()
            .is_some_and(|found| found == "md")
    };
    root::texts()
        .into_iter()
        .filter(|(file, _)| is_markdown(file))
        .collect()
}

/// Fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => open = Some((info.trim() == language, String::new())),
            (Some(_), Some(_)) => {
                if let Some((true, block)) = open.take() {
                    found.push(block);
                }
            }
            (None, Some((_, block))) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// The text without fenced blocks.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// The anchor that GitHub gives to a heading.
fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut followed = 0;
    for (file, text) in markdown() {
        let folder = Path::new(&file).parent().unwrap();
        for (index, _) in prose(&text).match_indices("](") {
            let prose = prose(&text);
            let rest = &prose[index + 2..];
            let link = &rest[..rest.find(')').unwrap()];
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (target, fragment) = link.split_once('#').unwrap_or((link, ""));
            let relative = if target.is_empty() {
                file.clone()
            } else {
                folder.join(target).to_str().unwrap().to_owned()
            };
            assert!(root::path(&relative).exists(), "{file}: {link}");
            if !fragment.is_empty() {
                let headings = self::prose(&read(&relative));
                let mut anchors = headings
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .map(anchor);
                assert!(anchors.any(|found| found == fragment), "{file}: {link}");
            }
            followed += 1;
        }
    }
    assert!(followed >= 5, "{followed} links");
}

#[test]
fn readme_names_the_two_commands() {
    let shell: Vec<String> = blocks(&read("README.md"), "sh");
    for command in ["cargo xtask demo", "cargo xtask test"] {
        let named = |block: &String| block.lines().any(|line| line.starts_with(command));
        assert!(shell.iter().any(named), "{command}");
    }
    let alias = root::value(&read(".cargo/config.toml"), "[alias]", "xtask");
    assert!(alias.unwrap().contains("--package xtask"));
}

#[test]
fn configurations_in_the_readme_are_accepted() {
    let examples: Vec<String> = blocks(&read("README.md"), "json")
        .into_iter()
        .filter(|block| block.contains("\"version\""))
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        Config::from_json(&example).unwrap_or_else(|error| panic!("{error}\n{example}"));
    }
}

#[test]
fn schedules_in_the_readme_are_accepted() {
    let schedules: Vec<String> = blocks(&read("README.md"), "schedule");
    let lines: Vec<&str> = schedules.iter().flat_map(|block| block.lines()).collect();
    assert!(lines.len() >= 4, "{lines:?}");
    for line in lines {
        Schedule::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn payloads_and_commands_in_the_readme_exist() {
    let readme = read("README.md");
    let mut payloads = 0;
    for (index, _) in readme.match_indices("{\"command\"") {
        let rest = &readme[index..];
        let payload = &rest[..=rest.find('}').unwrap()];
        Command::from_json(payload).unwrap_or_else(|error| panic!("{payload}: {error}"));
        payloads += 1;
    }
    assert!(payloads >= 2, "{payloads} payloads");
    let mut scale = BTreeSet::new();
    for line in blocks(&readme, "sh").iter().flat_map(|block| block.lines()) {
        let mut words = line.split_whitespace();
        if words.next() != Some("afterhours") {
            continue;
        }
        let (group, command) = (words.next().unwrap(), words.next().unwrap());
        let known: &[&str] = match group {
            "schedule" => &["eval", "explain", "lint"],
            "scale" => {
                scale.insert(command.to_owned());
                &[
                    "plan", "apply", "status", "wake", "extend", "release", "sleep", "pause",
                    "resume", "why",
                ]
            }
            "config" => &["check"],
            "notify" => &["preview"],
            "drift" => &["scan", "explain", "policy-diff"],
            "budget" => &["scan", "backtest"],
            _ => &[],
        };
        assert!(known.contains(&command), "{line}");
    }
    for command in ["plan", "apply", "wake", "release", "sleep", "why"] {
        assert!(scale.contains(command), "`scale {command}` is not shown");
    }
}

#[test]
fn readme_explains_every_tag() {
    let readme = read("README.md");
    for tag in [
        tags::SCHEDULE,
        tags::PROTECT,
        tags::BUSY_UNTIL,
        tags::ALLOW_PRODUCTION,
        tags::AUTO_SHUTDOWN,
    ] {
        assert!(
            readme.contains(&format!("| `{tag}")),
            "{tag} is not in the table of tags"
        );
    }
}

#[test]
fn architecture_names_every_package_and_nothing_that_is_absent() {
    let text = read("ARCHITECTURE.md");
    let named: BTreeSet<&str> = text.split('`').skip(1).step_by(2).collect();
    for package in WORKSPACE.members() {
        let folder = WORKSPACE.folder(package);
        assert!(named.contains(folder.as_str()), "`{folder}` is not named");
    }
    let files = root::files();
    let tops: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.split_once('/'))
        .map(|(top, _)| top)
        .collect();
    for top in &tops {
        let described = named.iter().any(|name| name.split('/').next() == Some(top));
        assert!(described, "`{top}/` is not named");
    }
    for name in named {
        let top = name.split('/').next().unwrap();
        if !name.contains('/') || !tops.contains(top) || name.contains(['{', '*', ' ']) {
            continue;
        }
        let path = name.trim_end_matches('/');
        assert!(root::path(path).exists(), "`{name}` does not exist");
    }
    assert!(text.matches("Architecture Invariant:").count() >= 10);
}

#[test]
fn changelog_begins_with_what_is_unreleased() {
    let text = read("CHANGELOG.md");
    let first = text.lines().find(|line| line.starts_with("## ")).unwrap();
    assert_eq!(first, "## [Unreleased]");
    for line in text.lines().filter(|line| line.starts_with("### ")) {
        let known = [
            "Added",
            "Changed",
            "Deprecated",
            "Removed",
            "Fixed",
            "Security",
        ];
        assert!(known.contains(&line.trim_start_matches("### ")), "{line}");
    }
}

#[test]
fn licence_is_the_one_that_the_packages_name() {
    let text = read("LICENSE");
    assert!(text.contains("Apache License") && text.contains("Version 2.0, January 2004"));
    assert!(text.contains("END OF TERMS AND CONDITIONS"));
    let named = root::value(&read("Cargo.toml"), "[workspace.package]", "license");
    assert_eq!(named.as_deref(), Some("\"Apache-2.0\""));
}
