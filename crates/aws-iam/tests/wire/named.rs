//! What is asked for by name: instance profiles, identity providers, exclusive attachments.

use afterhours_aws::testing::{Reply, Script};
use afterhours_diff::HoleClass;
use serde_json::json;

use super::{
    actions, confirmed, denied, failing, gone, live, read, reply, role, throttled, wanted,
};

const PROFILE: &str = "aws_iam_instance_profile";
const PROVIDER: &str = "aws_iam_openid_connect_provider";
const ATTACHMENT: &str = "aws_iam_policy_attachment";
const CI: &str = "arn:aws:iam::111122223333:oidc-provider/ci.example.com";
const SHARED: &str = "arn:aws:iam::111122223333:policy/shared";

fn fields(name: &str, more: &str) -> String {
    format!(
        "<InstanceProfileName>{name}</InstanceProfileName><InstanceProfileId>AIPA{name}</InstanceProfileId>\
         <Arn>arn:aws:iam::111122223333:instance-profile/{name}</Arn><Path>/</Path>\
         <CreateDate>2026-01-01T00:00:00Z</CreateDate>{more}"
    )
}

fn profile(name: &str, more: &str) -> Reply {
    let profile = format!("<InstanceProfile>{}</InstanceProfile>", fields(name, more));
    reply("GetInstanceProfile", None, &profile)
}

fn provider() -> Reply {
    reply(
        "GetOpenIDConnectProvider",
        None,
        "<Url>ci.example.com</Url><ClientIDList><member>deploy</member></ClientIDList>\
         <ThumbprintList><member>aa</member><member>bb</member></ThumbprintList>\
         <Tags><member><Key>team</Key><Value>ops</Value></member></Tags>",
    )
}

#[tokio::test(start_paused = true)]
async fn a_profile_comes_with_its_role_and_tags_from_one_call() {
    for wanted in [wanted, confirmed] {
        let more = format!(
            "<Roles>{}</Roles><Tags><member><Key>team</Key><Value>ml</Value></member></Tags>",
            role("worker", "/", "")
        );
        let script = Script::new([profile("ml", &more)]);
        let read = read(&script, &wanted(&[(PROFILE, &["ml"])])).await;
        assert_eq!(actions(&script), ["GetInstanceProfile"]);
        assert_eq!(
            json!(live(&read[PROFILE], "ml").attributes),
            json!({
                "arn": "arn:aws:iam::111122223333:instance-profile/ml", "name": "ml", "path": "/",
                "role": "worker", "tags": {"team": "ml"}, "tags_all": {"team": "ml"}, "unique_id": "AIPAml",
            })
        );
    }
    let script = Script::new([profile("ml", "<Roles/>")]);
    let read = read(&script, &wanted(&[(PROFILE, &["ml"])])).await;
    assert_eq!(live(&read[PROFILE], "ml").attributes["role"], json!(null));
}

#[tokio::test(start_paused = true)]
async fn other_profiles_and_providers_come_from_the_lists() {
    let page = |marker, name| {
        let profiles = format!(
            "<InstanceProfiles><member>{}</member></InstanceProfiles>",
            fields(name, "<Roles/>")
        );
        reply("ListInstanceProfiles", marker, &profiles)
    };
    let list = format!(
        "<OpenIDConnectProviderList><member><Arn>{CI}</Arn></member><member><Arn>{CI}/other</Arn></member></OpenIDConnectProviderList>"
    );
    let script = Script::new([
        profile("ml", "<Roles/>"),
        page(Some("more"), "ml"),
        page(None, "second"),
        provider(),
        reply("ListOpenIDConnectProviders", None, &list),
    ]);
    let wanted = wanted(&[(PROFILE, &["ml", "*"]), (PROVIDER, &[CI, "*"])]);
    let read = read(&script, &wanted).await;
    assert_eq!(script.sent().len(), 5);
    let second = script
        .sent()
        .into_iter()
        .find(|sent| sent.body.contains("Marker=more"));
    assert!(second.is_some_and(|sent| sent.body.contains("MaxItems=1000")));
    for kind in [PROFILE, PROVIDER] {
        assert!(read[kind].incomplete.is_none());
        assert_eq!(read[kind].objects.len(), 2);
    }
    assert_eq!(
        json!(live(&read[PROVIDER], CI).attributes),
        json!({
            "arn": CI, "url": "ci.example.com", "client_id_list": ["deploy"], "thumbprint_list": ["aa", "bb"],
            "tags": {"team": "ops"}, "tags_all": {"team": "ops"},
        })
    );
    live(&read[PROFILE], "second");
    live(&read[PROVIDER], &format!("{CI}/other"));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_is_incomplete_and_keeps_what_is_known() {
    for (list, kind, key) in [
        ("ListInstanceProfiles", PROFILE, "ml"),
        ("ListOpenIDConnectProviders", PROVIDER, CI),
    ] {
        for (broken, class) in [
            (vec![denied(list)], HoleClass::Denied),
            (throttled(list).into(), HoleClass::Throttled),
            (failing(list).into(), HoleClass::Failed),
        ] {
            let mut replies = vec![profile("ml", "<Roles/>"), provider()];
            replies.extend(broken);
            let script = Script::new(replies);
            let read = read(&script, &wanted(&[(kind, &[key, "*"])])).await;
            assert_eq!(read[kind].incomplete.as_ref().unwrap().class, class);
            live(&read[kind], key);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn all_users_roles_and_groups_of_a_policy_are_read_to_the_last_page() {
    let list = "ListEntitiesForPolicy";
    let script = Script::new([
        reply(
            list,
            Some("more"),
            "<PolicyRoles><member><RoleName>a</RoleName></member></PolicyRoles>",
        ),
        reply(
            list,
            None,
            "<PolicyRoles><member><RoleName>b</RoleName></member></PolicyRoles>\
             <PolicyUsers><member><UserName>ops</UserName></member></PolicyUsers>\
             <PolicyGroups><member><GroupName>dev</GroupName></member></PolicyGroups>",
        ),
    ]);
    let read = read(&script, &wanted(&[(ATTACHMENT, &[SHARED])])).await;
    assert_eq!(
        json!(live(&read[ATTACHMENT], SHARED).attributes),
        json!({"policy_arn": SHARED, "users": ["ops"], "roles": ["a", "b"], "groups": ["dev"]})
    );
    assert!(script.sent()[1].body.contains("Marker=more"));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_found_is_gone_and_what_cannot_be_asked_for_is_not() {
    for (kind, key, call) in [
        (PROFILE, "ml", "GetInstanceProfile"),
        (PROVIDER, CI, "GetOpenIDConnectProvider"),
        (ATTACHMENT, SHARED, "ListEntitiesForPolicy"),
    ] {
        for wanted in [wanted, confirmed] {
            let script = Script::new([gone(call)]);
            let read_gone = read(&script, &wanted(&[(kind, &[key])])).await;
            let listing = &read_gone[kind];
            assert!(listing.objects.is_empty() && listing.unread.is_empty());
            assert!(listing.incomplete.is_none());
            for (broken, class) in [
                (vec![denied(call)], HoleClass::Denied),
                (throttled(call).into(), HoleClass::Throttled),
                (failing(call).into(), HoleClass::Failed),
                (vec![Reply::ok("<html/>")], HoleClass::Failed),
            ] {
                let script = Script::new(broken);
                let read = read(&script, &wanted(&[(kind, &[key])])).await;
                let listing = &read[kind];
                assert!(listing.objects.is_empty() && listing.incomplete.is_none());
                assert_eq!(listing.unread[key].class, class, "{call}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_there_twice_is_a_failure() {
    let page = || {
        let list = "ListEntitiesForPolicy";
        reply(
            list,
            Some("again"),
            "<PolicyRoles><member><RoleName>a</RoleName></member></PolicyRoles>",
        )
    };
    let script = Script::new([page(), page(), page()]);
    let read = read(&script, &wanted(&[(ATTACHMENT, &[SHARED])])).await;
    assert_eq!(script.sent().len(), 2);
    let hole = &read[ATTACHMENT].unread[SHARED];
    assert!(hole.message.contains("there before"), "{hole:?}");
}
