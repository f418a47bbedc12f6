//! Absences are confirmed by asking for each thing by itself.

use afterhours_aws::testing::{Reply, Script};
use afterhours_diff::HoleClass;
use serde_json::json;

use super::{
    TRUST, TRUST_TEXT, actions, confirmed, denied, failing, gone, live, policy, read, reply, role,
    throttled,
};

const ROLE: &str = "aws_iam_role";
const ROLE_POLICY: &str = "aws_iam_role_policy";
const ATTACHMENT: &str = "aws_iam_role_policy_attachment";
const INLINE_EXCLUSIVE: &str = "aws_iam_role_policies_exclusive";
const ATTACHED_EXCLUSIVE: &str = "aws_iam_role_policy_attachments_exclusive";
const POLICY: &str = "aws_iam_policy";
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const ML: &str = "arn:aws:iam::111122223333:policy/ml";

fn single(member: &str, name: &str) -> String {
    let inner = member
        .trim_start_matches("<member>")
        .trim_end_matches("</member>");
    format!("<{name}>{inner}</{name}>")
}

fn get_role() -> Reply {
    let more = "<Description>Trains</Description><MaxSessionDuration>7200</MaxSessionDuration>\
                <Tags><member><Key>team</Key><Value>ml</Value></member></Tags>";
    let role = single(&role("worker", "/ml/", more), "Role");
    reply("GetRole", None, &role)
}

fn get_role_policy() -> Reply {
    let policy = format!(
        "<RoleName>worker</RoleName><PolicyName>logs</PolicyName><PolicyDocument>{TRUST}</PolicyDocument>"
    );
    reply("GetRolePolicy", None, &policy)
}

fn inline_names() -> Reply {
    let names = "<PolicyNames><member>logs</member></PolicyNames>";
    reply("ListRolePolicies", None, names)
}

fn attached() -> Reply {
    let policies = format!(
        "<AttachedPolicies><member><PolicyName>ReadOnlyAccess</PolicyName><PolicyArn>{READ_ONLY}</PolicyArn></member></AttachedPolicies>"
    );
    reply("ListAttachedRolePolicies", None, &policies)
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_there_after_all_comes_whole() {
    let script = Script::new([get_role(), inline_names(), get_role_policy(), attached()]);
    let read = read(&script, &confirmed(&[(ROLE, &["worker"])])).await;
    assert_eq!(
        actions(&script),
        [
            "GetRole",
            "GetRolePolicy",
            "ListAttachedRolePolicies",
            "ListRolePolicies"
        ]
    );
    let worker = live(&read[ROLE], "worker");
    assert!(worker.holes.is_empty());
    assert_eq!(
        json!(worker.attributes),
        json!({
            "arn": "arn:aws:iam::111122223333:role/ml/worker",
            "assume_role_policy": TRUST_TEXT,
            "description": "Trains",
            "inline_policy": [{"name": "logs", "policy": TRUST_TEXT}],
            "managed_policy_arns": [READ_ONLY],
            "max_session_duration": 7200,
            "name": "worker",
            "path": "/ml/",
            "permissions_boundary": null,
            "tags": {"team": "ml"},
            "tags_all": {"team": "ml"},
            "unique_id": "AROAworker",
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_role_whose_policies_cannot_be_read_is_there_with_holes() {
    let script = Script::new([
        get_role(),
        denied("ListRolePolicies"),
        denied("ListAttachedRolePolicies"),
    ]);
    let read = read(&script, &confirmed(&[(ROLE, &["worker"])])).await;
    let worker = live(&read[ROLE], "worker");
    for (name, action) in [
        ("inline_policy", "iam:ListRolePolicies"),
        ("managed_policy_arns", "iam:ListAttachedRolePolicies"),
    ] {
        assert!(!worker.attributes.contains_key(name));
        let hole = &worker.holes[name];
        assert_eq!(
            (hole.class, hole.action.as_str()),
            (HoleClass::Denied, action)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_is_read_with_the_version_in_force() {
    let policy = single(
        &policy("ml", "<DefaultVersionId>v3</DefaultVersionId>"),
        "Policy",
    );
    let version = format!("<PolicyVersion><Document>{TRUST}</Document></PolicyVersion>");
    let script = Script::new([
        reply("GetPolicy", None, &policy),
        reply("GetPolicyVersion", None, &version),
    ]);
    let read = read(&script, &confirmed(&[(POLICY, &[ML])])).await;
    assert!(script.sent()[1].body.contains("VersionId=v3"));
    let ml = live(&read[POLICY], ML);
    assert!(ml.holes.is_empty());
    assert_eq!(ml.attributes["policy"], TRUST_TEXT);
    assert_eq!(ml.attributes["policy_id"], "ANPAml");
}

#[tokio::test(start_paused = true)]
async fn attachments_are_asked_for_once_per_role() {
    let script = Script::new([gone("RoleName=other"), attached()]);
    let there = format!("worker|{READ_ONLY}");
    let keys = [
        there.as_str(),
        "worker|arn:aws:iam::aws:policy/Gone",
        "other|arn:aws:iam::aws:policy/ReadOnlyAccess",
    ];
    let read = read(&script, &confirmed(&[(ATTACHMENT, &keys)])).await;
    assert_eq!(script.sent().len(), 2);
    let listing = &read[ATTACHMENT];
    assert!(listing.unread.is_empty() && listing.incomplete.is_none());
    assert_eq!(listing.objects.len(), 1);
    live(listing, &there);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_found_is_gone_and_what_cannot_be_asked_for_is_not() {
    let attachment = format!("worker|{READ_ONLY}");
    for (kind, key, call) in [
        (ROLE, "worker", "GetRole"),
        (ROLE_POLICY, "worker|logs", "GetRolePolicy"),
        (ATTACHMENT, attachment.as_str(), "ListAttachedRolePolicies"),
        (INLINE_EXCLUSIVE, "worker", "ListRolePolicies"),
        (ATTACHED_EXCLUSIVE, "worker", "ListAttachedRolePolicies"),
        (POLICY, ML, "GetPolicy"),
    ] {
        let wanted = confirmed(&[(kind, &[key])]);
        let script = Script::new([gone(call)]);
        let read_gone = read(&script, &wanted).await;
        assert_eq!(actions(&script), [call]);
        let listing = &read_gone[kind];
        assert!(listing.objects.is_empty() && listing.unread.is_empty());
        assert!(listing.incomplete.is_none());
        for (broken, class) in [
            (vec![denied(call)], HoleClass::Denied),
            (throttled(call).into(), HoleClass::Throttled),
            (failing(call).into(), HoleClass::Failed),
        ] {
            let script = Script::new(broken);
            let read = read(&script, &wanted).await;
            let listing = &read[kind];
            assert!(listing.objects.is_empty() && listing.incomplete.is_none());
            assert_eq!(listing.unread[key].class, class, "{call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_there_is_seen_whatever_the_lists_said() {
    let script = Script::new([get_role_policy(), attached(), attached(), inline_names()]);
    let attachment = format!("worker|{READ_ONLY}");
    let read = read(
        &script,
        &confirmed(&[
            (ROLE_POLICY, &["worker|logs"]),
            (ATTACHMENT, &[attachment.as_str()]),
            (INLINE_EXCLUSIVE, &["worker"]),
            (ATTACHED_EXCLUSIVE, &["worker"]),
        ]),
    )
    .await;
    assert_eq!(
        live(&read[ROLE_POLICY], "worker|logs").attributes["policy"],
        TRUST_TEXT
    );
    live(&read[ATTACHMENT], &attachment);
    assert_eq!(
        live(&read[INLINE_EXCLUSIVE], "worker").attributes["policy_names"],
        json!(["logs"])
    );
    assert_eq!(
        live(&read[ATTACHED_EXCLUSIVE], "worker").attributes["policy_arns"],
        json!([READ_ONLY])
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_that_names_no_policy_is_unread() {
    let script = Script::new([]);
    let read = read(
        &script,
        &confirmed(&[(ROLE_POLICY, &["worker|"]), (ATTACHMENT, &["worker"])]),
    )
    .await;
    assert!(script.sent().is_empty());
    assert!(read[ROLE_POLICY].unread.contains_key("worker|"));
    assert!(read[ATTACHMENT].unread.contains_key("worker"));
}
