//! What somebody changes by hand in the night of the demo, for the drift watcher to find.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::stage::Stage;

/// Key of the platform's state in the sample bucket.
const STATE_KEY: &str = "states/platform.tfstate";

/// Opens the nodes' security group to the world and stops the versioning of the bucket.
const TAMPER: &str = "
ec2 = client('ec2')
groups = ec2.describe_security_groups(Filters=[{'Name': 'group-name', 'Values': ['afterhours-sample-nodes']}])
ec2.authorize_security_group_ingress(
    GroupId=groups['SecurityGroups'][0]['GroupId'],
    IpPermissions=[{'IpProtocol': 'tcp', 'FromPort': 22, 'ToPort': 22,
                    'IpRanges': [{'CidrIp': '0.0.0.0/0'}]}],
)
client('s3').put_bucket_versioning(Bucket=args['bucket'], VersioningConfiguration={'Status': 'Suspended'})
";

const PUT_STATE: &str =
    "client('s3').put_object(Bucket=args['bucket'], Key=args['key'], Body=args['state'].encode())";

/// Puts a state where the drift watcher looks for it; gives its address.
pub(crate) fn put_state(stage: &Stage, bucket: &str, text: &str) -> anyhow::Result<String> {
    stage.aws.python(
        PUT_STATE,
        &json!({"bucket": bucket, "key": STATE_KEY, "state": text}),
    )?;
    Ok(format!("s3://{bucket}/{STATE_KEY}"))
}

/// Does what nobody should.
pub(crate) fn tamper(stage: &Stage, bucket: &str) -> anyhow::Result<()> {
    stage.aws.python(TAMPER, &json!({"bucket": bucket}))?;
    Ok(())
}

/// Addresses and sentences of the open findings of a scan.
pub(crate) fn open_findings(answer: &Value) -> anyhow::Result<Vec<(String, String)>> {
    let findings = answer.get("findings").and_then(Value::as_array);
    let findings = findings.context("the drift watcher's answer has no findings")?;
    let text = |finding: &Value, name: &str| {
        let value = finding.get(name).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    Ok(findings
        .iter()
        .filter(|finding| finding.get("explained").is_none_or(Value::is_null))
        .map(|finding| (text(finding, "address"), text(finding, "summary")))
        .collect())
}
