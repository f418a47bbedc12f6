//! Roles and managed policies.

use afterhours_aws::testing::{Reply, Script};
use afterhours_diff::{HoleClass, Origin};
use serde_json::json;

use super::{
    TRUST, TRUST_TEXT, action, actions, denied, failing, gone, live, policy, read, reply, role,
    throttled, wanted,
};

const DETAILS: &str = "GetAccountAuthorizationDetails";
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const POLICY: &str = "arn:aws:iam::111122223333:policy/ml";

fn details(marker: Option<&str>, roles: &str, policies: &str) -> Reply {
    reply(
        DETAILS,
        marker,
        &format!("<RoleDetailList>{roles}</RoleDetailList><Policies>{policies}</Policies>"),
    )
}

fn worker() -> String {
    role(
        "worker",
        "/ml/",
        &format!(
            "<RolePolicyList><member><PolicyName>logs</PolicyName><PolicyDocument>{TRUST}</PolicyDocument></member>\
             <member><PolicyName>bucket</PolicyName><PolicyDocument>%7B%22Id%22%3A%22100%25%22%7D</PolicyDocument></member></RolePolicyList>\
             <AttachedManagedPolicies><member><PolicyName>ReadOnlyAccess</PolicyName><PolicyArn>{READ_ONLY}</PolicyArn></member></AttachedManagedPolicies>\
             <PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>{POLICY}</PermissionsBoundaryArn></PermissionsBoundary>\
             <Tags><member><Key>team</Key><Value>ml</Value></member></Tags>"
        ),
    )
}

fn versions() -> String {
    policy(
        "ml",
        &format!(
            "<PolicyVersionList><member><Document>old</Document><IsDefaultVersion>false</IsDefaultVersion></member>\
             <member><Document>{TRUST}</Document><IsDefaultVersion>true</IsDefaultVersion></member></PolicyVersionList>"
        ),
    )
}

fn roles(name: &str) -> Reply {
    let more = "<Description>Trains</Description><MaxSessionDuration>7200</MaxSessionDuration>";
    let roles = format!("<Roles>{}</Roles>", role(name, "/ml/", more));
    reply("ListRoles", None, &roles)
}

fn get_policy() -> Reply {
    let policy = policy(
        "ml",
        "<Description>Most</Description><Tags><member><Key>team</Key><Value>ml</Value></member></Tags>",
    );
    let policy = policy.replace("member><PolicyName", "Policy><PolicyName");
    let policy = format!("{}</Policy>", policy.trim_end_matches("</member>"));
    reply("GetPolicy", None, &policy)
}

#[tokio::test(start_paused = true)]
async fn one_sweep_serves_roles_what_is_in_them_and_policies() {
    let script = Script::new([
        details(Some("more"), &worker(), ""),
        details(None, &role("other", "/", ""), &versions()),
        roles("worker"),
        get_policy(),
    ]);
    let wanted = wanted(&[
        ("aws_iam_role", &["worker", "absent"]),
        ("aws_iam_role_policy", &["worker|bucket", "worker|gone"]),
        (
            "aws_iam_role_policy_attachment",
            &[
                "worker|arn:aws:iam::aws:policy/ReadOnlyAccess",
                "other|arn:aws:iam::aws:policy/ReadOnlyAccess",
            ],
        ),
        ("aws_iam_role_policies_exclusive", &["worker"]),
        ("aws_iam_role_policy_attachments_exclusive", &["worker"]),
        ("aws_iam_policy", &[POLICY]),
    ]);
    let read = read(&script, &wanted).await;
    assert_eq!(
        actions(&script),
        [DETAILS, DETAILS, "GetPolicy", "ListRoles"]
    );
    for listing in read.values() {
        assert!(
            listing.incomplete.is_none() && listing.unread.is_empty(),
            "{listing:?}"
        );
        assert_eq!(listing.objects.len(), 1, "{listing:?}");
        assert!(listing.objects.iter().all(|live| live.holes.is_empty()));
    }
    let worker = live(&read["aws_iam_role"], "worker");
    assert_eq!(
        json!(worker.attributes),
        json!({
            "arn": "arn:aws:iam::111122223333:role/ml/worker",
            "assume_role_policy": TRUST_TEXT,
            "description": "Trains",
            "inline_policy": [
                {"name": "bucket", "policy": r#"{"Id":"100%"}"#},
                {"name": "logs", "policy": TRUST_TEXT},
            ],
            "managed_policy_arns": [READ_ONLY],
            "max_session_duration": 7200,
            "name": "worker",
            "path": "/ml/",
            "permissions_boundary": POLICY,
            "tags": {"team": "ml"},
            "tags_all": {"team": "ml"},
            "unique_id": "AROAworker",
        })
    );
    assert_eq!(
        json!(live(&read["aws_iam_role_policy"], "worker|bucket").attributes),
        json!({"role": "worker", "name": "bucket", "policy": r#"{"Id":"100%"}"#})
    );
    let key = format!("worker|{READ_ONLY}");
    let attachment = live(&read["aws_iam_role_policy_attachment"], &key);
    assert_eq!(attachment.id, format!("worker/{READ_ONLY}"));
    assert_eq!(
        live(&read["aws_iam_role_policies_exclusive"], "worker").attributes["policy_names"],
        json!(["bucket", "logs"])
    );
    assert_eq!(
        live(&read["aws_iam_role_policy_attachments_exclusive"], "worker").attributes["policy_arns"],
        json!([READ_ONLY])
    );
    assert_eq!(
        json!(live(&read["aws_iam_policy"], POLICY).attributes),
        json!({
            "arn": POLICY, "name": "ml", "path": "/", "description": "Most", "policy": TRUST_TEXT,
            "policy_id": "ANPAml", "tags": {"team": "ml"}, "tags_all": {"team": "ml"},
        })
    );
}

#[tokio::test(start_paused = true)]
async fn the_sweep_asks_for_what_is_wanted_only_in_the_largest_pages() {
    let script = Script::new([details(None, "", "")]);
    read(&script, &wanted(&[("aws_iam_role_policy", &["a|b"])])).await;
    let sent = script.sent();
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0].uri.starts_with("https://iam.amazonaws.com"),
        "{}",
        sent[0].uri
    );
    for part in ["Filter.member.1=Role", "MaxItems=1000"] {
        assert!(sent[0].body.contains(part), "{}", sent[0].body);
    }
    assert!(!sent[0].body.contains("LocalManagedPolicy"));
    let signed = sent[0].header("authorization").unwrap_or_default();
    assert!(signed.contains("/us-east-1/iam/"), "{signed}");

    let script = Script::new([details(None, "", "")]);
    read(&script, &wanted(&[("aws_iam_policy", &["*"])])).await;
    let sent = script.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].body.contains("Filter.member.1=LocalManagedPolicy"));
    assert!(!sent[0].body.contains("=Role"));

    let script = Script::new([]);
    assert!(read(&script, &wanted(&[])).await.is_empty());
    assert!(script.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_sweep_that_breaks_off_leaves_each_of_its_types_incomplete_and_keeps_what_it_has() {
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_iam_role", &["worker", "second"]),
        ("aws_iam_role_policy", &["worker|logs", "second|logs"]),
        ("aws_iam_policy", &[POLICY]),
    ];
    for (broken, class) in [
        (vec![denied(DETAILS)], HoleClass::Denied),
        (throttled(DETAILS).into(), HoleClass::Throttled),
        (failing(DETAILS).into(), HoleClass::Failed),
        (vec![details(Some("more"), "", "")], HoleClass::Failed),
        (vec![details(Some(""), "", "")], HoleClass::Failed),
        (
            vec![details(None, "<member><Path>/</Path></member>", "")],
            HoleClass::Failed,
        ),
    ] {
        let mut replies = vec![details(Some("more"), &worker(), ""), roles("worker")];
        replies.extend(broken);
        let script = Script::new(replies);
        let read = read(&script, &wanted(kinds)).await;
        assert_eq!(read.len(), 3);
        for listing in read.values() {
            let hole = listing.incomplete.as_ref().unwrap();
            assert_eq!(
                (hole.class, hole.action.as_str()),
                (class, "iam:GetAccountAuthorizationDetails")
            );
        }
        assert_eq!(read["aws_iam_role"].objects.len(), 1);
        assert_eq!(read["aws_iam_role_policy"].objects.len(), 1);
        assert_eq!(read["aws_iam_policy"].objects.len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_sweep_lacks_and_cannot_be_asked_for_is_a_hole_of_the_attribute() {
    for (broken, class) in [
        (vec![denied("ListRoles")], HoleClass::Denied),
        (throttled("ListRoles").into(), HoleClass::Throttled),
        (failing("ListRoles").into(), HoleClass::Failed),
        (vec![roles("somebody-else")], HoleClass::Failed),
    ] {
        let mut replies = vec![details(None, &worker(), "")];
        replies.extend(broken);
        let script = Script::new(replies);
        let read = read(&script, &wanted(&[("aws_iam_role", &["worker"])])).await;
        let roles = &read["aws_iam_role"];
        assert!(roles.incomplete.is_none() && roles.unread.is_empty());
        let worker = live(roles, "worker");
        assert_eq!(worker.attributes["path"], "/ml/");
        for name in ["description", "max_session_duration"] {
            assert!(!worker.attributes.contains_key(name));
            let hole = &worker.holes[name];
            assert_eq!((hole.class, hole.action.as_str()), (class, "iam:ListRoles"));
        }
    }
    for (broken, class) in [
        (vec![denied("GetPolicy")], HoleClass::Denied),
        (throttled("GetPolicy").into(), HoleClass::Throttled),
        (failing("GetPolicy").into(), HoleClass::Failed),
        (vec![gone("GetPolicy")], HoleClass::Failed),
    ] {
        let mut replies = vec![details(None, "", &versions())];
        replies.extend(broken);
        let script = Script::new(replies);
        let read = read(&script, &wanted(&[("aws_iam_policy", &[POLICY])])).await;
        let policy = live(&read["aws_iam_policy"], POLICY);
        assert_eq!(policy.attributes["policy"], TRUST_TEXT);
        for name in ["description", "policy_id", "tags", "tags_all"] {
            assert!(!policy.attributes.contains_key(name));
            assert_eq!(policy.holes[name].class, class);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_that_cannot_be_read_is_a_hole_and_no_removed_policy() {
    let broken = "<RolePolicyList><member><PolicyName>logs</PolicyName><PolicyDocument>%7</PolicyDocument></member></RolePolicyList>";
    let detail = role("worker", "/ml/", broken).replace(TRUST, "%FF");
    let policy = policy("ml", "<PolicyVersionList/>");
    let script = Script::new([
        details(None, &detail, &policy),
        roles("worker"),
        get_policy(),
    ]);
    let read = read(
        &script,
        &wanted(&[
            ("aws_iam_role", &["worker"]),
            ("aws_iam_role_policy", &["worker|logs"]),
            ("aws_iam_policy", &[POLICY]),
        ]),
    )
    .await;
    for (kind, key, name) in [
        ("aws_iam_role", "worker", "assume_role_policy"),
        ("aws_iam_role", "worker", "inline_policy"),
        ("aws_iam_role_policy", "worker|logs", "policy"),
        ("aws_iam_policy", POLICY, "policy"),
    ] {
        let live = live(&read[kind], key);
        assert!(!live.attributes.contains_key(name), "{kind} {name}");
        assert_eq!(live.holes[name].class, HoleClass::Failed, "{kind} {name}");
    }
}

#[tokio::test(start_paused = true)]
async fn roles_and_policies_that_no_state_names_come_without_further_calls_and_with_their_owner() {
    let stack =
        "<Tags><member><Key>aws:cloudformation:stack-name</Key><Value>app</Value></member></Tags>";
    let found = [
        role(
            "AWSServiceRoleForSNS",
            "/aws-service-role/sns.amazonaws.com/",
            "",
        ),
        role(
            "AWSReservedSSO_Admin_1",
            "/aws-reserved/sso.amazonaws.com/",
            "",
        ),
        role("stacked", "/", stack),
        role("own", "/", ""),
    ]
    .concat();
    let script = Script::new([details(None, &found, &versions())]);
    let read = read(
        &script,
        &wanted(&[("aws_iam_role", &["*"]), ("aws_iam_policy", &["*"])]),
    )
    .await;
    assert_eq!(
        script.sent().iter().map(action).collect::<Vec<_>>(),
        [DETAILS]
    );
    let by = |owner: &str| Origin::ManagedBy(owner.to_owned());
    for (name, origin) in [
        ("AWSServiceRoleForSNS", by("service sns.amazonaws.com")),
        ("AWSReservedSSO_Admin_1", by("iam identity center")),
        ("stacked", by("cloudformation stack app")),
        ("own", Origin::Ordinary),
    ] {
        let role = live(&read["aws_iam_role"], name);
        assert_eq!(role.origin, origin);
        assert_eq!(role.id, name);
    }
    let tags = &live(&read["aws_iam_role"], "stacked").attributes["tags"];
    assert_eq!(*tags, json!({"aws:cloudformation:stack-name": "app"}));
    assert_eq!(
        live(&read["aws_iam_policy"], POLICY).origin,
        Origin::Ordinary
    );
}
