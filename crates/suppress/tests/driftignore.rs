//! `.driftignore` files: what their lines hide.

use afterhours_suppress::{AttributeView, Class, FindingView, Rules, ScopeView, Staleness, Tally};
use jiff::civil::{Date, date};
use serde_json::json;

const TODAY: Date = date(2026, 11, 20);

fn hides(lines: &str, class: Class, kind: &str, id: &str) -> bool {
    let (rules, problems) = Rules::import_driftignore(lines);
    assert!(problems.is_empty(), "{problems:?}");
    rules
        .judge(&finding(class, kind, id), TODAY)
        .is_suppressed()
}

fn finding<'a>(class: Class, kind: &'a str, id: &'a str) -> FindingView<'a> {
    FindingView {
        class,
        address: "",
        kind,
        id,
        account: "123456789012",
        region: "eu-central-1",
        source: "",
        workspace: None,
        attributes: &[],
    }
}

#[test]
fn lines_hide_types_and_ids_of_every_class() {
    for class in [Class::Changed, Class::Deleted, Class::Unmanaged] {
        assert!(hides("aws_s3_bucket.logs", class, "aws_s3_bucket", "logs"));
        assert!(
            hides("aws_s3_bucket", class, "aws_s3_bucket", "logs"),
            "a type alone covers its ids"
        );
        assert!(hides("aws_s3_bucket.*", class, "aws_s3_bucket", "logs.eu"));
        assert!(hides("aws_s3_*.l?gs", class, "aws_s3_bucket", "logs"));
        assert!(hides("aws_iam_role.[a-c]*", class, "aws_iam_role", "batch"));
        assert!(!hides(
            "aws_iam_role.[!a-c]*",
            class,
            "aws_iam_role",
            "batch"
        ));
        assert!(!hides(
            "aws_s3_bucket.logs",
            class,
            "aws_s3_bucket",
            "logs2"
        ));
        assert!(!hides(
            "aws_s3_bucket.logs",
            class,
            "aws_s3_bucket_policy",
            "logs"
        ));
    }
}

#[test]
fn faults_of_a_state_are_not_hidden() {
    assert!(!hides("aws_*", Class::Integrity, "aws_s3_bucket", "x"));
    assert!(!hides("aws_*", Class::Conflict, "aws_s3_bucket", "x"));
}

#[test]
fn the_last_line_that_matches_decides() {
    let lines = "aws_iam_*\n!aws_iam_role.*\naws_iam_role.tmp*\n";
    assert!(hides(lines, Class::Unmanaged, "aws_iam_policy", "x"));
    assert!(!hides(lines, Class::Unmanaged, "aws_iam_role", "app"));
    assert!(hides(lines, Class::Unmanaged, "aws_iam_role", "tmp-1"));
}

#[test]
fn comments_blank_lines_and_escapes_are_read_as_driftctl_does() {
    let lines = "# Missing resources\n\n   \naws_route.r\\.1\naws_x.\\*\n";
    assert!(hides(lines, Class::Deleted, "aws_route", "r.1"));
    assert!(!hides(lines, Class::Deleted, "aws_route", "rx1"));
    assert!(
        hides(lines, Class::Deleted, "aws_x", "*") && !hides(lines, Class::Deleted, "aws_x", "y")
    );
    assert!(hides("aws_x.a/b", Class::Deleted, "aws_x", "a/b"));
}

#[test]
fn a_line_for_an_attribute_hides_no_delete() {
    let lines = "aws_instance.i-1.tags.Name";
    assert!(!hides(lines, Class::Deleted, "aws_instance", "i-1"));
    let (rules, _) = Rules::import_driftignore(lines);
    let values = [json!("a"), json!("b")];
    let view = |path| AttributeView {
        path,
        state: &values[0],
        live: &values[1],
        sensitive: false,
    };
    let attributes = [view("tags[\"Name\"]"), view("tags.Name"), view("ami")];
    let judgement = rules.judge(
        &FindingView {
            attributes: &attributes,
            ..finding(Class::Changed, "aws_instance", "i-1")
        },
        TODAY,
    );
    assert_eq!(judgement.attributes, [Some(0), Some(0), None]);
    assert!(!judgement.is_suppressed());
}

#[test]
fn what_cannot_be_expressed_is_told_and_the_rest_counts() {
    let (rules, problems) =
        Rules::import_driftignore("*\n!aws_iam_*\naws_x.[a\naws_y\\\n  aws_z\naws_s3_bucket.b\n");
    let told: Vec<(usize, bool)> = problems
        .iter()
        .map(|problem| (problem.line, problem.message.contains("everything")))
        .collect();
    assert_eq!(told, [(1, true), (3, false), (4, false), (5, false)]);
    let bucket = finding(Class::Deleted, "aws_s3_bucket", "b");
    assert!(rules.judge(&bucket, TODAY).is_suppressed());
}

#[test]
fn lines_that_match_nothing_are_listed() {
    let (rules, _) = Rules::import_driftignore("aws_a.x\n!aws_b.y\naws_c.z\n");
    let mut tally = Tally::new();
    tally.record(&rules.judge(&finding(Class::Changed, "aws_c", "z"), TODAY));
    let scope = ScopeView {
        account: "123456789012",
        region: "eu-central-1",
        source: "x",
        workspace: None,
    };
    let stale = tally.stale(&rules, TODAY, &[scope]);
    assert_eq!(stale.len(), 1);
    assert_eq!((stale[0].line, stale[0].why), (1, Staleness::NeverMatched));
}
