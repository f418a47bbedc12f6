//! From the YAML file to rules.

use jiff::civil::Date;

use crate::Problem;
use crate::condition::{Test, When};
use crate::glob::{Glob, Separator};
use crate::judge::Class;
use crate::rule::{Expiry, Matter, Rule, Rules, Scope, Selection};
use crate::yaml::{self, Content, Entries, Node};

const FILE: [&str; 2] = ["version", "suppress"];
const RULE: [&str; 10] = [
    "address",
    "type",
    "attribute",
    "class",
    "scope",
    "when",
    "reason",
    "owner",
    "ticket",
    "expires",
];
const SCOPE: [&str; 4] = ["account", "region", "state", "workspace"];
const WHEN: [&str; 3] = ["live", "state", "only"];
const TEST: [&str; 4] = ["equals", "in", "between", "matches"];

/// Attributes that hold secrets whatever the provider says of them: no condition may ask for their value.
const SECRETS: [&str; 14] = [
    "auth_token",
    "connection_string",
    "container_definitions",
    "environment",
    "master_password",
    "password",
    "private_key",
    "secret",
    "secret_binary",
    "secret_key",
    "secret_string",
    "token",
    "user_data",
    "user_data_base64",
];

impl Rules {
    /// Reads the file of rules. An empty file has none.
    ///
    /// # Errors
    /// All faults with line and column; a file with a fault has no rules, lest a finding is hidden by half of one.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let root = match yaml::read(text) {
            Ok(Some(root)) => root,
            Ok(None) => return Ok(Self::default()),
            Err(problem) => return Err(vec![problem]),
        };
        let mut rules = Vec::new();
        if let Some(file) = Entries::new(&root, "the file", &FILE, &mut problems) {
            match file.get("version") {
                None => problems.push(root.problem("version is missing; accepted is 1")),
                Some(version) if version.text() == Some("1") => {}
                Some(version) => problems.push(version.problem(format!(
                    "version: `{}`; accepted is 1",
                    version.text().unwrap_or(version.kind())
                ))),
            }
            match file.get("suppress") {
                None => problems.push(root.problem("suppress is missing; it is the list of rules")),
                Some(node) => match &node.content {
                    Content::List(items) => {
                        rules = items
                            .iter()
                            .filter_map(|item| rule(item, &mut problems))
                            .collect();
                    }
                    _ if node.is_null() => {}
                    _ => problems.push(node.problem(format!(
                        "suppress: {} in place of a list of rules",
                        node.kind()
                    ))),
                },
            }
        }
        if problems.is_empty() {
            Ok(Self { rules })
        } else {
            problems.sort();
            Err(problems)
        }
    }
}

fn rule(node: &Node, problems: &mut Vec<Problem>) -> Option<Rule> {
    let before = problems.len();
    let entries = Entries::new(node, "a rule", &RULE, problems)?;
    let address = glob(&entries, "address", Separator::Dot, problems);
    let kind = glob(&entries, "type", Separator::Dot, problems);
    let attribute = glob(&entries, "attribute", Separator::Dot, problems);
    if entries.get("address").is_none() && entries.get("type").is_none() {
        problems.push(node.problem("a rule needs an address or a type"));
    }
    let class = class(&entries, problems);
    let scope = scope(&entries, problems);
    let when = entries.get("when").and_then(|node| when(node, problems));
    if let (Some(class), Some(node), true) = (
        class,
        entries.get("class"),
        entries.get("attribute").is_some(),
    ) && class != Class::Changed
    {
        problems.push(node.problem(
            "class: a rule for an attribute hides changes only, never a delete; leave out attribute, or class",
        ));
    }
    if let Some(node) = entries.get("when") {
        match &attribute {
            None if entries.get("attribute").is_none() => {
                problems.push(node.problem("when: a condition on a value needs an attribute"));
            }
            Some(glob) if may_be_secret(glob) => problems.push(node.problem(format!(
                "when: `{}` holds secrets, and no condition may ask for their value; leave out when",
                glob.text()
            ))),
            _ => {}
        }
    }
    let required = |name: &str, why: &str, problems: &mut Vec<Problem>| {
        let text = entries.text(name, problems).map(str::to_owned);
        if entries.get(name).is_none() {
            problems.push(entries.node().problem(format!("{name} is missing: {why}")));
        }
        text
    };
    let reason = required("reason", "say why this is fine", problems);
    let owner = required("owner", "say who answers for it", problems);
    let ticket = entries.text("ticket", problems).map(str::to_owned);
    let expires = expires(&entries, problems);
    if problems.len() > before {
        return None;
    }
    Some(Rule {
        line: node.line,
        reason: reason?,
        owner,
        ticket,
        expires: expires?,
        matter: Matter::Selection(Box::new(Selection {
            address,
            kind,
            attribute,
            class,
            scope,
            when,
        })),
    })
}

fn glob(
    entries: &Entries<'_>,
    name: &str,
    separator: Separator,
    problems: &mut Vec<Problem>,
) -> Option<Glob> {
    let text = entries.text(name, problems)?;
    let glob = Glob::new(text, separator);
    if glob.is_universal() {
        let node = entries.get(name).unwrap_or(entries.node());
        let hint = match name {
            "attribute" => "leave attribute out to mean the whole finding",
            "address" | "type" => "name what is meant",
            _ => "leave it out to mean any",
        };
        problems.push(node.problem(format!("{name}: `{text}` matches everything; {hint}")));
        return None;
    }
    Some(glob)
}

fn class(entries: &Entries<'_>, problems: &mut Vec<Problem>) -> Option<Class> {
    let text = entries.text("class", problems)?;
    match text {
        "changed" => Some(Class::Changed),
        "deleted" => Some(Class::Deleted),
        "unmanaged" => Some(Class::Unmanaged),
        _ => {
            let node = entries.get("class").unwrap_or(entries.node());
            problems.push(node.problem(format!(
                "class: `{text}`; accepted are changed, deleted, unmanaged"
            )));
            None
        }
    }
}

fn scope(entries: &Entries<'_>, problems: &mut Vec<Problem>) -> Scope {
    let Some(node) = entries.get("scope") else {
        return Scope::default();
    };
    let Some(entries) = Entries::new(node, "scope", &SCOPE, problems) else {
        return Scope::default();
    };
    let account = entries.text("account", problems).map(str::to_owned);
    if let (Some(account), Some(node)) = (&account, entries.get("account"))
        && !(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
    {
        problems.push(node.problem(format!(
            "account: `{account}`; accepted are twelve digits, best in quotes"
        )));
    }
    Scope {
        account,
        region: glob(&entries, "region", Separator::None, problems),
        state: glob(&entries, "state", Separator::Slash, problems),
        workspace: glob(&entries, "workspace", Separator::None, problems),
    }
}

fn when(node: &Node, problems: &mut Vec<Problem>) -> Option<When> {
    let entries = Entries::new(node, "when", &WHEN, problems)?;
    let mut when = When::default();
    for (name, place) in [("live", &mut when.live), ("state", &mut when.state)] {
        if let Some(node) = entries.get(name) {
            *place = test(node, name, problems);
        }
    }
    match entries.text("only", problems) {
        None => {}
        Some("additions") => when.only_additions = true,
        Some(other) => {
            let node = entries.get("only").unwrap_or(node);
            problems.push(node.problem(format!("only: `{other}`; accepted is additions")));
        }
    }
    if WHEN.iter().all(|name| entries.get(name).is_none()) {
        problems.push(node.problem(format!(
            "when: says nothing; accepted are {}",
            WHEN.join(", ")
        )));
    }
    Some(when)
}

fn test(node: &Node, name: &str, problems: &mut Vec<Problem>) -> Option<Test> {
    let entries = Entries::new(node, name, &TEST, problems)?;
    let mut given = TEST
        .iter()
        .filter_map(|test| entries.get(test).map(|node| (*test, node)));
    let (Some((test, value)), None) = (given.next(), given.next()) else {
        problems.push(node.problem(format!("{name}: exactly one of {}", TEST.join(", "))));
        return None;
    };
    match (test, &value.content) {
        ("equals", _) => Some(Test::Equals(value.value())),
        ("in", Content::List(items)) if !items.is_empty() => {
            Some(Test::In(items.iter().map(Node::value).collect()))
        }
        ("in", _) => {
            problems
                .push(value.problem(format!("in: {} in place of a list of values", value.kind())));
            None
        }
        ("between", Content::List(items)) => {
            let ends: Vec<Option<f64>> = items.iter().map(|item| item.value().as_f64()).collect();
            match ends.as_slice() {
                [Some(low), Some(high)] if low <= high => Some(Test::Between(*low, *high)),
                _ => {
                    problems.push(value.problem(
                        "between: accepted are two numbers, the smaller first, as in [1, 4]",
                    ));
                    None
                }
            }
        }
        ("between", _) => {
            problems.push(value.problem(format!(
                "between: {} in place of two numbers, as in [1, 4]",
                value.kind()
            )));
            None
        }
        _ => glob(&entries, "matches", Separator::None, problems).map(Test::Matches),
    }
}

/// Whether an attribute glob names something that is always secret.
fn may_be_secret(glob: &Glob) -> bool {
    SECRETS.iter().any(|secret| {
        glob.matches_path(secret) || glob.text().split(['.', '[']).any(|part| part == *secret)
    })
}

fn expires(entries: &Entries<'_>, problems: &mut Vec<Problem>) -> Option<Expiry> {
    let Some(node) = entries.get("expires") else {
        problems.push(entries.node().problem(
            "expires is missing: the last day on which the rule counts, as in 2027-01-31, or never",
        ));
        return None;
    };
    match entries.text("expires", problems)? {
        "never" => Some(Expiry::Never),
        text => match text.parse::<Date>() {
            Ok(date) if text.len() == 10 => Some(Expiry::On(date)),
            _ => {
                problems.push(node.problem(format!(
                    "expires: `{text}`; accepted are a day as in 2027-01-31, and never"
                )));
                None
            }
        },
    }
}
