//! A state of any size whose objects are all gone.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use afterhours_local::{LocalAws, Options, REGION};
use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::report;
use super::usage::{Measured, Usage};

/// What the scan of a large state came to.
#[derive(Debug)]
pub(crate) struct Scanned {
    /// What it used.
    pub(crate) usage: Usage,
    /// The size of the state.
    pub(crate) bytes: u64,
    /// Instances in the state.
    pub(crate) instances: u64,
    /// Findings.
    pub(crate) findings: u64,
    /// Calls.
    pub(crate) calls: u64,
}

/// How many instances of each class a state holds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    /// Of types that are read.
    supported: u64,
    /// Of types without a reader.
    unsupported: u64,
    /// Data sources, and other providers.
    out_of_scope: u64,
}

/// Writes a state of at least so many bytes and scans it in an empty account.
///
/// # Errors
/// The answer is not that everything that can be read is gone and nothing else.
pub(crate) fn scan(options: Options, program: &Path, bytes: u64) -> anyhow::Result<Scanned> {
    let aws = LocalAws::start(options)?;
    let state = aws.run_folder().join("large.tfstate");
    let counts = write(&state, bytes)?;
    let bytes = fs::metadata(&state)?.len();
    let (program, address) = (program.to_string_lossy(), state.to_string_lossy());
    let measured = Measured {
        name: "scan",
        command: &[
            &program, "drift", "scan", "--state", &address, "--format", "json",
        ],
        folder: aws.run_folder(),
        env: &[
            ("AWS_ENDPOINT_URL", aws.endpoint_url()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "tool".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ],
    };
    aws.proxy.clear_log();
    let (usage, out) = measured.run(&aws.venv, aws.run_folder(), &[2])?;
    let calls = aws.proxy.counts().values().sum();
    let report = report(&out)?;
    let seen = |name: &str| {
        report
            .pointer(&format!("/coverage/{name}"))
            .and_then(Value::as_u64)
    };
    let found = Counts {
        supported: seen("compared").unwrap_or_default(),
        unsupported: seen("unsupported").unwrap_or_default(),
        out_of_scope: seen("out_of_scope").unwrap_or_default(),
    };
    if found != counts {
        bail!("the state holds {counts:?}, the scan saw {found:?}");
    }
    let findings = report.get("findings").and_then(Value::as_array);
    let findings = findings.context("the report has no findings")?;
    let deleted = |finding: &&Value| finding.get("class").is_some_and(|class| class == "deleted");
    let deleted = u64::try_from(findings.iter().filter(deleted).count())?;
    if deleted != counts.supported {
        bail!(
            "{} objects are gone, {deleted} were said to be",
            counts.supported
        );
    }
    let scanned = Scanned {
        usage,
        bytes,
        instances: counts.supported + counts.unsupported + counts.out_of_scope,
        findings: u64::try_from(findings.len())?,
        calls,
    };
    aws.stop()?;
    Ok(scanned)
}

/// Writes the state as Terraform lays it out.
fn write(path: &Path, bytes: u64) -> anyhow::Result<Counts> {
    let mut file = BufWriter::new(File::create(path)?);
    let head = json!({
        "version": 4,
        "terraform_version": "1.13.4",
        "serial": 812,
        "lineage": "5d1f6c3a-2b7e-4a90-9c0d-6e5f4a3b2c1d",
        "outputs": {},
    });
    let head = serde_json::to_string_pretty(&head)?;
    let head = head.trim_end_matches("\n}");
    write!(file, "{head},\n  \"resources\": [")?;
    let (mut counts, mut written) = (Counts::default(), 0);
    for number in 0.. {
        let (class, resource) = resource(number);
        *match class {
            Class::Supported => &mut counts.supported,
            Class::Unsupported => &mut counts.unsupported,
            Class::OutOfScope => &mut counts.out_of_scope,
        } += 1;
        let text = serde_json::to_string_pretty(&resource)?.replace('\n', "\n    ");
        let comma = if number == 0 { "" } else { "," };
        write!(file, "{comma}\n    {text}")?;
        written += u64::try_from(text.len())?;
        if written >= bytes {
            break;
        }
    }
    file.write_all(b"\n  ],\n  \"check_results\": null\n}\n")?;
    file.flush()?;
    Ok(counts)
}

enum Class {
    Supported,
    Unsupported,
    OutOfScope,
}

/// Of twenty resources: six that are read, eight of types without a reader, four data sources, two of another provider.
fn resource(number: u64) -> (Class, Value) {
    let id = |prefix: &str| format!("{prefix}-{number:017x}");
    let tags = json!({"Name": format!("worker-{number}"), "team": "ml-team"});
    let (class, kind, attributes) = match number % 20 {
        0 | 1 => (
            Class::Supported,
            "aws_security_group",
            json!({
                "id": id("sg"), "arn": format!("arn:aws:ec2:{REGION}:123456789012:security-group/{}", id("sg")),
                "name": format!("worker-{number}"), "description": "Managed by Terraform",
                "vpc_id": "vpc-00000000000000001", "egress": [], "tags": tags, "tags_all": tags,
                "ingress": [{"cidr_blocks": ["10.0.0.0/8", "172.16.0.0/12"], "description": "office", "from_port": 443,
                    "ipv6_cidr_blocks": [], "prefix_list_ids": [], "protocol": "tcp", "security_groups": [],
                    "self": false, "to_port": 443}],
            }),
        ),
        2 | 3 => (
            Class::Supported,
            "aws_subnet",
            json!({
                "id": id("subnet"), "arn": format!("arn:aws:ec2:{REGION}:123456789012:subnet/{}", id("subnet")),
                "vpc_id": "vpc-00000000000000001", "availability_zone": format!("{REGION}a"),
                "cidr_block": format!("10.{}.{}.0/24", number / 256 % 256, number % 256),
                "map_public_ip_on_launch": false, "tags": tags, "tags_all": tags,
            }),
        ),
        4 => (
            Class::Supported,
            "aws_ebs_volume",
            json!({
                "id": id("vol"), "arn": format!("arn:aws:ec2:{REGION}:123456789012:volume/{}", id("vol")),
                "availability_zone": format!("{REGION}b"), "encrypted": true, "size": 100, "type": "gp3",
                "iops": 3000, "throughput": 125, "tags": tags, "tags_all": tags,
            }),
        ),
        5 => (
            Class::Supported,
            "aws_instance",
            json!({
                "id": id("i"), "arn": format!("arn:aws:ec2:{REGION}:123456789012:instance/{}", id("i")),
                "ami": "ami-0abcdef1234567890", "instance_type": "m6i.large", "subnet_id": "subnet-00000000000000001",
                "vpc_security_group_ids": ["sg-00000000000000001"], "tags": tags, "tags_all": tags,
                "user_data_base64": long(number, 8_000), "root_block_device": [{"volume_size": 100, "volume_type": "gp3"}],
            }),
        ),
        6..=9 => (
            Class::Unsupported,
            "aws_ecs_task_definition",
            json!({
                "id": format!("worker-{number}"), "family": format!("worker-{number}"), "revision": 7,
                "arn": format!("arn:aws:ecs:{REGION}:123456789012:task-definition/worker-{number}:7"),
                "container_definitions": long(number, 12_000), "tags": tags, "tags_all": tags,
            }),
        ),
        10..=13 => (
            Class::Unsupported,
            "aws_cloudwatch_dashboard",
            json!({
                "id": format!("worker-{number}"), "dashboard_name": format!("worker-{number}"),
                "dashboard_body": long(number, 4_000 + number % 7 * 4_000),
            }),
        ),
        14..=17 => {
            let attributes = json!({
                "id": number.to_string(), "version": "2012-10-17", "json": long(number, 3_000),
                "statement": [{"actions": ["s3:GetObject"], "effect": "Allow", "resources": ["*"]}],
            });
            return (
                Class::OutOfScope,
                instance(
                    "data",
                    "aws_iam_policy_document",
                    "aws",
                    number,
                    &attributes,
                ),
            );
        }
        _ => {
            let attributes = json!({
                "id": format!("ml-team/worker-{number}"), "data": {"values.yaml": long(number, 6_000)},
            });
            return (
                Class::OutOfScope,
                instance(
                    "managed",
                    "kubernetes_config_map",
                    "kubernetes",
                    number,
                    &attributes,
                ),
            );
        }
    };
    (class, instance("managed", kind, "aws", number, &attributes))
}

fn instance(mode: &str, kind: &str, provider: &str, number: u64, attributes: &Value) -> Value {
    let dependencies: Vec<String> = (0..8)
        .map(|number| {
            format!("module.team.module.network.aws_route_table_association.private_{number}")
        })
        .collect();
    json!({
        "module": format!("module.team[{}].module.workers[\"blue\"]", number % 40),
        "mode": mode,
        "type": kind,
        "name": format!("worker_{number}"),
        "provider": format!("provider[\"registry.terraform.io/hashicorp/{provider}\"]"),
        "instances": [{
            "schema_version": 1,
            "attributes": attributes,
            "sensitive_attributes": [],
            "private": "eyJlMmJmYjczMC1lY2FhLTExZTYtOGY4OC0zNDM2M2JjN2M0YzAiOnsiY3JlYXRlIjo2MDAwMDAwMDAwMDB9fQ==",
            "dependencies": dependencies,
        }],
    })
}

/// Text of so many bytes, with quotes and line ends that JSON escapes, which differs for each number.
fn long(number: u64, bytes: u64) -> String {
    let mut text = String::new();
    let mut line = number;
    while u64::try_from(text.len()).is_ok_and(|length| length < bytes) {
        line = line
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{{\"name\": \"container-{line:016x}\", \"cpu\": {}}}",
            line % 4096
        );
    }
    text
}

#[cfg(all(test, feature = "proof"))]
mod tests {
    use super::*;
    use crate::bench::{LARGE, MEMORY};

    #[test]
    fn a_state_of_200_megabytes_is_scanned_in_less_than_128_mebibytes() {
        let program = afterhours_e2e::programs::program("afterhours").unwrap();
        let options = Options::in_target("large-state").unwrap();
        let scanned = scan(options, &program, LARGE).unwrap();
        assert!(scanned.bytes >= LARGE, "{scanned:?}");
        assert!(scanned.findings >= 5_000, "{scanned:?}");
        assert!(scanned.usage.rss < MEMORY, "{scanned:?}");
    }
}
