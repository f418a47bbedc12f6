//! The verdict against every request of a small universe, decided by an evaluator that shares nothing with the comparer.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use std::sync::LazyLock;

use afterhours_iam_policy::{Context, Policy, Verdict, compare};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// One request.
#[derive(Debug, Clone)]
struct Request {
    principal: (&'static str, &'static str),
    action: &'static str,
    resource: &'static str,
    /// `aws:username`, and what a variable becomes.
    user: Option<&'static str>,
    /// `k`, of no, one or several values.
    key: &'static [&'static str],
    /// `n`, a number.
    number: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Decision {
    Denied,
    Undecided,
    Allowed,
}

const PRINCIPALS: [(&str, &str); 6] = [
    ("AWS", "111111111111"),
    ("AWS", "arn:aws:iam::111111111111:role/a"),
    ("AWS", "arn:aws:iam::222222222222:role/a"),
    ("Service", "ec2.amazonaws.com"),
    ("Service", "sns.amazonaws.com"),
    ("Federated", "accounts.google.com"),
];
const ACTIONS: [&str; 5] = [
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:PutObject",
    "s3:ListBucket",
    "sns:Publish",
];
const RESOURCES: [&str; 6] = [
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/ann",
    "arn:aws:s3:::b/bob/x",
    "arn:aws:s3:::c",
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:sns:eu-central-1:111111111111:t",
];
const USERS: [Option<&str>; 3] = [None, Some("ann"), Some("bob/x")];
const KEYS: [&[&str]; 5] = [&[], &["x"], &["xy"], &["z"], &["x", "z"]];
const NUMBERS: [Option<i64>; 3] = [None, Some(5), Some(20)];

static REQUESTS: LazyLock<Vec<Request>> = LazyLock::new(requests);

fn requests() -> Vec<Request> {
    let mut all = Vec::new();
    for principal in PRINCIPALS {
        for action in ACTIONS {
            for resource in RESOURCES {
                for (index, key) in KEYS.into_iter().enumerate() {
                    for user in USERS {
                        // Numbers matter to few; each is met with every key.
                        let number = NUMBERS[(index + user.map_or(0, str::len)) % NUMBERS.len()];
                        all.push(Request {
                            principal,
                            action,
                            resource,
                            user,
                            key,
                            number,
                        });
                    }
                }
            }
        }
    }
    all
}

/// A glob by plain recursion; `${aws:username}` is replaced before, where the version has variables.
fn glob(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) if glob(rest, text) => true,
        (Some(('*', _)), Some((_, after))) => glob(pattern, after),
        (Some(('?', rest)), Some((_, after))) => glob(rest, after),
        (Some((one, rest)), Some((other, after))) => one == other && glob(rest, after),
        _ => false,
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    glob(&chars(pattern), &chars(text))
}

/// The pattern with the request's user in it; none where it has none. Users here hold no wildcard.
fn filled(pattern: &str, request: &Request, variables: bool) -> Option<String> {
    if !variables || !pattern.contains("${aws:username}") {
        return Some(pattern.to_owned());
    }
    request
        .user
        .map(|user| pattern.replace("${aws:username}", user))
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list
            .iter()
            .map(|item| item.as_str().unwrap().to_owned())
            .collect(),
        single => vec![single.as_str().unwrap().to_owned()],
    }
}

fn names_principal(value: &Value, request: &Request) -> bool {
    let (kind, name) = request.principal;
    match value {
        Value::String(text) => text == "*",
        Value::Object(map) => map.iter().any(|(key, values)| {
            strings(values).iter().any(|value| {
                (key == "AWS" && value == "*")
                    || (key == kind
                        && (value == name || *value == format!("arn:aws:iam::{name}:root")))
            })
        }),
        _ => unreachable!(),
    }
}

fn holds(operator: &str, key: &str, values: &[String], request: &Request, variables: bool) -> bool {
    let lower = operator.to_lowercase();
    let (quantifier, rest) = lower.split_once(':').unwrap_or(("", &lower));
    let (base, if_exists) = rest
        .strip_suffix("ifexists")
        .map_or((rest, false), |base| (base, true));
    let actual: Vec<String> = match key.to_lowercase().as_str() {
        "k" => request.key.iter().map(|&value| value.to_owned()).collect(),
        "n" => request.number.iter().map(ToString::to_string).collect(),
        _ => unreachable!(),
    };
    if base == "null" {
        return values
            .iter()
            .any(|value| (value == "true") == actual.is_empty());
    }
    if actual.is_empty() {
        return if_exists
            || quantifier == "forallvalues"
            || (quantifier.is_empty() && base.contains("not"));
    }
    let number = |text: &str| text.parse::<i64>().unwrap();
    let fits = |actual: &String| {
        values.iter().any(|value| match base {
            "stringequals" | "stringnotequals" => {
                filled(value, request, variables).as_ref() == Some(actual)
            }
            "stringlike" | "stringnotlike" => {
                filled(value, request, variables).is_some_and(|value| matches(&value, actual))
            }
            "numericlessthan" => number(actual) < number(value),
            "numericgreaterthanequals" => number(actual) >= number(value),
            _ => unreachable!("{base}"),
        })
    };
    let each = |actual: &String| fits(actual) != base.contains("not");
    match quantifier {
        "forallvalues" => actual.iter().all(each),
        "foranyvalue" => actual.iter().any(each),
        // Of several values under a plain operator: any of them.
        _ if base.contains("not") => actual.iter().all(each),
        _ => actual.iter().any(each),
    }
}

fn applies(statement: &Value, request: &Request, variables: bool) -> bool {
    let action = |value: &Value| {
        strings(value)
            .iter()
            .any(|pattern| matches(&pattern.to_lowercase(), &request.action.to_lowercase()))
    };
    let resource = |value: &Value| {
        strings(value).iter().any(|pattern| {
            filled(pattern, request, variables)
                .is_some_and(|pattern| matches(&pattern, request.resource))
        })
    };
    // Where a variable has no value, the statement does not apply.
    let unresolved =
        || variables && request.user.is_none() && statement.to_string().contains("${aws:username}");
    let either = |name: &str, negated: &str, test: &dyn Fn(&Value) -> bool| match (
        statement.get(name),
        statement.get(negated),
    ) {
        (Some(value), _) => test(value),
        (_, Some(value)) => !test(value),
        _ => true,
    };
    either("Principal", "NotPrincipal", &|value| {
        names_principal(value, request)
    }) && either("Action", "NotAction", &action)
        && either("Resource", "NotResource", &resource)
        && statement
            .get("Condition")
            .and_then(Value::as_object)
            .is_none_or(|operators| {
                operators.iter().all(|(operator, keys)| {
                    keys.as_object().unwrap().iter().all(|(key, values)| {
                        holds(operator, key, &strings(values), request, variables)
                    })
                })
            })
        && !unresolved()
}

fn decide(policy: &Value, request: &Request) -> Decision {
    let variables = policy
        .get("Version")
        .is_some_and(|version| version == "2012-10-17");
    let mut decision = Decision::Undecided;
    for statement in policy["Statement"].as_array().unwrap() {
        if applies(statement, request, variables) {
            if statement["Effect"] == "Deny" {
                return Decision::Denied;
            }
            decision = Decision::Allowed;
        }
    }
    decision
}

fn some_of(items: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::collection::vec(prop::sample::select(items), 1..4).prop_map(|list| {
        if list.len() == 1 {
            json!(list[0])
        } else {
            json!(list)
        }
    })
}

fn principal() -> impl Strategy<Value = Value> {
    let aws = some_of(&[
        "111111111111",
        "arn:aws:iam::111111111111:root",
        "arn:aws:iam::111111111111:role/a",
        "arn:aws:iam::222222222222:role/a",
    ]);
    let service = some_of(&["ec2.amazonaws.com", "sns.amazonaws.com"]);
    prop_oneof![
        Just(json!("*")),
        Just(json!({"AWS": "*"})),
        aws.prop_map(|aws| json!({"AWS": aws})),
        service.prop_map(|service| json!({"Service": service})),
        Just(json!({"AWS": "111111111111", "Federated": "accounts.google.com"})),
    ]
}

fn condition() -> impl Strategy<Value = (&'static str, &'static str, Value)> {
    let text = prop::sample::select(vec![
        "StringEquals",
        "stringequals",
        "StringLike",
        "StringNotEquals",
        "StringNotLike",
        "StringEqualsIfExists",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "ForAnyValue:StringNotEquals",
        "ForAllValues:StringNotLike",
        "ForAnyValue:StringLikeIfExists",
    ]);
    prop_oneof![
        (
            text,
            prop::sample::select(vec!["k", "K"]),
            some_of(&["x", "xy", "x*", "?", "z", "${aws:username}"])
        ),
        (
            prop::sample::select(vec![
                "NumericLessThan",
                "NumericGreaterThanEquals",
                "NumericLessThanIfExists"
            ]),
            Just("n"),
            some_of(&["5", "10", "20"])
        ),
        (Just("Null"), Just("k"), some_of(&["true", "false"])),
    ]
}

fn statement() -> impl Strategy<Value = Value> {
    let actions = some_of(&[
        "*",
        "s3:*",
        "s3:Get*",
        "s3:GetObject",
        "S3:getobject",
        "s3:?utObject",
        "sns:Publish",
        "*:*",
        "s3:*Object",
    ]);
    let resources = some_of(&[
        "*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/ann",
        "arn:aws:s3:::b/${aws:username}",
        "arn:aws:sns:*:111111111111:*",
        "arn:aws:s3:::?",
    ]);
    (
        prop::bool::weighted(0.65),
        principal(),
        prop::bool::weighted(0.85),
        actions,
        prop::bool::weighted(0.85),
        resources,
        prop::bool::weighted(0.85),
        prop::collection::vec(condition(), 0..3),
    )
        .prop_map(
            |(
                allow,
                principal,
                is_principal,
                actions,
                is_action,
                resources,
                is_resource,
                conditions,
            )| {
                let mut operators: Map<String, Value> = Map::new();
                for (operator, key, values) in conditions {
                    // A key twice but for case is no valid statement.
                    if !operators
                        .keys()
                        .any(|other| other.eq_ignore_ascii_case(operator))
                    {
                        operators.insert(operator.to_owned(), json!({key: values}));
                    }
                }
                let mut statement = json!({
                    "Effect": if allow { "Allow" } else { "Deny" },
                    (if is_principal { "Principal" } else { "NotPrincipal" }): principal,
                    (if is_action { "Action" } else { "NotAction" }): actions,
                    (if is_resource { "Resource" } else { "NotResource" }): resources,
                });
                if !operators.is_empty() {
                    statement["Condition"] = Value::Object(operators);
                }
                statement
            },
        )
}

fn policy() -> impl Strategy<Value = Value> {
    (prop::bool::weighted(0.8), prop::collection::vec(statement(), 1..4)).prop_map(|(current, statements)| {
        json!({"Version": if current { "2012-10-17" } else { "2008-10-17" }, "Statement": statements})
    })
}

/// A policy and one made of it by small changes: unrelated ones are nearly always simply different.
fn pair() -> impl Strategy<Value = (Value, Value)> {
    (policy(), statement(), 0..8_u8, 0..4_usize).prop_map(|(first, extra, change, at)| {
        let mut second = first.clone();
        let statements = second["Statement"].as_array_mut().unwrap();
        let at = at % statements.len();
        match change {
            0 => statements.push(extra),
            1 => {
                statements.remove(at);
            }
            2 => {
                if let Some(statement) = statements[at].as_object_mut() {
                    statement.remove("Condition");
                }
            }
            3 | 4 => {
                for name in if change == 3 { ["Action", "NotAction"] } else { ["Resource", "NotResource"] } {
                    if statements[at].get(name).is_some() && extra.get(name).is_some() {
                        statements[at][name] = extra[name].clone();
                    }
                }
            }
            5 => {
                if let Some(condition) = extra.get("Condition") {
                    statements[at]["Condition"] = condition.clone();
                }
            }
            6 => {
                if extra.get("Principal").is_some() && statements[at].get("Principal").is_some() {
                    statements[at]["Principal"] = extra["Principal"].clone();
                }
            }
            _ => second = json!({"Version": if at == 0 { "2008-10-17" } else { "2012-10-17" }, "Statement": statements.clone()}),
        }
        (first, second)
    })
}

/// The same policy in other words: order, repetition, case, lists, cutting.
fn rewritten(policy: &Value, seed: u64) -> Value {
    let mut random = seed;
    let mut next = |below: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % below
    };
    let mut statements = Vec::new();
    for (index, statement) in policy["Statement"].as_array().unwrap().iter().enumerate() {
        let mut copy = statement.clone();
        copy["Sid"] = json!(format!("{index}{seed}"));
        for name in ["Action", "NotAction", "Resource", "NotResource"] {
            let Some(value) = statement.get(name) else {
                continue;
            };
            let mut list = strings(value);
            let repeated = list[next(list.len())].clone();
            list.push(repeated);
            list.rotate_left(next(2));
            list.reverse();
            if name.ends_with("Action") && next(2) == 0 {
                list = list.iter().map(|action| action.to_uppercase()).collect();
            }
            copy[name] = json!(list);
        }
        let has_variable = statement.to_string().contains("${");
        match copy.get("Action").cloned() {
            Some(actions) if next(2) == 0 && !has_variable => {
                for action in strings(&actions) {
                    copy["Action"] = json!(action);
                    statements.push(copy.clone());
                }
            }
            _ => statements.push(copy),
        }
    }
    let again = statements[next(statements.len())].clone();
    statements.push(again);
    for index in (1..statements.len()).rev() {
        statements.swap(index, next(index + 1));
    }
    let mut copy = policy.clone();
    copy["Statement"] = json!(statements);
    if copy["Version"] == "2008-10-17" && next(2) == 0 {
        copy.as_object_mut().unwrap().remove("Version");
    }
    copy["Id"] = json!("rewritten");
    copy
}

fn verdict(a: &Value, b: &Value) -> Verdict {
    let context = Context {
        account: None,
        partition: Some("aws".to_owned()),
    };
    let read = |value: &Value| Policy::parse(&value.to_string()).unwrap();
    let (a, b) = (read(a), read(b));
    assert_eq!((a.faults().count(), b.faults().count()), (0, 0));
    let outcome = compare(&a, &b, &context);
    assert_eq!(
        outcome.is_equal(),
        outcome.changes.is_empty(),
        "{outcome:?}"
    );
    outcome.verdict
}

/// Requests that differ in what conditions ask for only.
static ONE_ACTION: LazyLock<Vec<Request>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for key in KEYS {
        for user in USERS {
            for number in NUMBERS {
                all.push(Request {
                    principal: PRINCIPALS[1],
                    action: ACTIONS[0],
                    resource: RESOURCES[1],
                    user,
                    key,
                    number,
                });
            }
        }
    }
    all
});

/// Requests without keys.
static NO_KEYS: LazyLock<Vec<Request>> = LazyLock::new(|| {
    REQUESTS
        .iter()
        .filter(|request| request.user.is_none() && request.key.is_empty())
        .cloned()
        .collect()
});

/// Two policies that differ in conditions only: in operators, in values, in how values are spread over statements.
fn conditional_pair() -> impl Strategy<Value = (Value, Value)> {
    let statement = || {
        (
            prop::bool::weighted(0.8),
            condition(),
            prop::option::weighted(0.3, condition()),
        )
            .prop_map(|(allow, first, second)| {
                let mut operators = json!({first.0: {first.1: first.2}});
                if let Some((operator, key, values)) = second
                    && !operator.eq_ignore_ascii_case(first.0)
                {
                    operators[operator] = json!({key: values});
                }
                json!({
                    "Effect": if allow { "Allow" } else { "Deny" }, "Principal": "*", "Action": "*", "Resource": "*",
                    "Condition": operators,
                })
            })
    };
    let policy = |statements: &[Value]| json!({"Version": "2012-10-17", "Statement": statements});
    (
        prop::collection::vec(statement(), 1..3),
        prop::collection::vec(statement(), 1..3),
        0..4_u8,
        prop::sample::select(vec!["IfExists", "ForAllValues:", "ForAnyValue:", "Not"]),
    )
        .prop_map(move |(first, other, change, word)| {
            let mut second = first.clone();
            match change {
                // The same values under a related operator.
                0 => {
                    let operators = second[0]["Condition"].as_object_mut().unwrap();
                    let name = operators.keys().next().unwrap().clone();
                    let related = match word {
                        "IfExists" if !name.ends_with(word) && name != "Null" => {
                            format!("{name}{word}")
                        }
                        "Not" if name.contains("String") && !name.contains(word) => {
                            name.replace("String", "StringNot")
                        }
                        _ if word.ends_with(':')
                            && !name.contains(':')
                            && name.starts_with("String") =>
                        {
                            format!("{word}{name}")
                        }
                        _ => name.clone(),
                    };
                    let keys = operators.remove(&name).unwrap();
                    operators.insert(related, keys);
                }
                // One value less, or the values spread over statements.
                1 | 2 => {
                    let (operator, keys) = second[0]["Condition"]
                        .as_object()
                        .unwrap()
                        .iter()
                        .next()
                        .unwrap();
                    let (key, values) = keys.as_object().unwrap().iter().next().unwrap();
                    let (operator, key, values) = (operator.clone(), key.clone(), strings(values));
                    let split: Vec<Value> = values
                        .iter()
                        .take(if change == 1 { 1 } else { values.len() })
                        .map(|value| {
                            let mut part = second[0].clone();
                            part["Condition"][&operator] = json!({key.clone(): value});
                            part
                        })
                        .collect();
                    second.splice(0..1, split);
                }
                _ => second = other,
            }
            (policy(&first), policy(&second))
        })
}

/// Two policies of few, coarse statements, so that what one allows another often denies.
fn shadowed_pair() -> impl Strategy<Value = (Value, Value)> {
    let statement = || {
        (
            prop::bool::weighted(0.6),
            prop::sample::select(vec!["*", "s3:*", "s3:Get*", "s3:GetObject"]),
            prop::sample::select(vec!["*", "arn:aws:s3:::*", "arn:aws:s3:::b/*"]),
            prop::sample::select(vec![json!("*"), json!({"AWS": "*"}), json!({"Service": "ec2.amazonaws.com"})]),
        )
            .prop_map(|(allow, action, resource, principal)| {
                json!({
                    "Effect": if allow { "Allow" } else { "Deny" }, "Principal": principal, "Action": action,
                    "Resource": resource,
                })
            })
    };
    let policy = |statements: Vec<Value>| json!({"Version": "2012-10-17", "Statement": statements});
    (
        prop::collection::vec(statement(), 1..4),
        statement(),
        0..3_usize,
        any::<bool>(),
    )
        .prop_map(move |(first, extra, at, replace)| {
            let mut second = first.clone();
            if replace {
                second.remove(at % first.len());
            } else {
                second.push(extra);
            }
            (policy(first), policy(second))
        })
}

/// Fails where a request shows that the verdict is wrong.
fn unrefuted(a: &Value, b: &Value, requests: &[Request]) -> Result<(), TestCaseError> {
    let verdict = verdict(a, b);
    for request in requests {
        let (before, after) = (decide(a, request), decide(b, request));
        let ok = match verdict {
            Verdict::Equal => before == after,
            Verdict::Broader => before <= after,
            Verdict::Narrower => before >= after,
            Verdict::Different => true,
        };
        prop_assert!(
            ok,
            "{verdict}: {request:?} was {before:?}, is {after:?}\n{a}\n{b}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_verdict_is_refuted_by_a_request((a, b) in pair()) {
        unrefuted(&a, &b, &REQUESTS)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn conditions_of_several_statements_are_weighed_right((a, b) in conditional_pair()) {
        unrefuted(&a, &b, &ONE_ACTION)?;
    }

    #[test]
    fn denials_are_weighed_right((a, b) in shadowed_pair()) {
        unrefuted(&a, &b, &NO_KEYS)?;
    }

    #[test]
    fn swapping_the_sides_swaps_the_verdict((a, b) in pair()) {
        let swapped = match verdict(&a, &b) {
            Verdict::Broader => Verdict::Narrower,
            Verdict::Narrower => Verdict::Broader,
            same => same,
        };
        prop_assert_eq!(verdict(&b, &a), swapped);
    }

    #[test]
    fn other_words_for_the_same_are_equal(a in policy(), seed in any::<u64>()) {
        prop_assert_eq!(verdict(&a, &rewritten(&a, seed)), Verdict::Equal);
    }

    #[test]
    fn no_text_makes_it_panic(text in r#"[\{\}\[\]":,*?$%\\a-zA-Z0-9 \n]{0,80}"#) {
        let _ = Policy::parse(&text);
    }
}

#[test]
fn the_universe_tells_verdicts_apart() {
    // Were nothing ever equal, broader or narrower, the first property would hold for nothing.
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = [0_usize; 4];
    let mut decisions = std::collections::BTreeMap::new();
    for _ in 0..400 {
        let (a, b) = pair().new_tree(&mut runner).unwrap().current();
        seen[verdict(&a, &b) as usize] += 1;
        for request in REQUESTS.iter().step_by(97) {
            *decisions.entry(decide(&a, request)).or_insert(0) += 1;
        }
    }
    assert!(seen.iter().all(|&count| count > 10), "{seen:?}");
    assert_eq!(decisions.len(), 3, "{decisions:?}");
}
