//! The drift watcher as a function: only changes are told, nothing unseen is clean, and nothing secret leaves it.

use afterhours_e2e::stage::{Answered, Stage};
use afterhours_local::lambda::Outcome;
use afterhours_local::proxy::Rule;
use serde_json::{Value, json};

use crate::support::later;

const MORNING: &str = "2026-11-25T05:00:00Z";

const MAKE: &str = "
client('s3').create_bucket(Bucket='watch', CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})
topic = client('sns').create_topic(Name='afterhours')['TopicArn']
pair = client('ec2').create_key_pair(KeyName='training', TagSpecifications=[
    {'ResourceType': 'key-pair', 'Tags': [{'Key': 'team', 'Value': 'ml'}, {'Key': 'token', 'Value': 'hush-state'}]}])
print(json.dumps([topic, pair['KeyPairId'], pair['KeyFingerprint']]))
";

const TAG: &str = "
client('ec2').create_tags(Resources=[args['id']], Tags=[{'Key': args['key'], 'Value': args['value']}])
";

const PUT: &str =
    "client('s3').put_object(Bucket='watch', Key=args['key'], Body=args['body'].encode())";

const OBJECTS: &str = "
s3 = client('s3')
keys = [o['Key'] for o in s3.list_objects_v2(Bucket='watch').get('Contents', []) if not o['Key'].startswith('states/')]
print(json.dumps({key: s3.get_object(Bucket='watch', Key=key)['Body'].read().decode() for key in keys}))
";

struct Watched {
    stage: Stage,
    id: String,
}

impl Watched {
    /// A key pair that a state in the bucket names, and the watcher's configuration.
    fn start(name: &str) -> Self {
        let stage = Stage::start(name).unwrap();
        let made = stage.aws.python(MAKE, &json!({})).unwrap();
        let text = |index: usize| made[index].as_str().unwrap().to_owned();
        let tags = json!({"team": "ml", "token": "hush-state"});
        let document = json!({
            "version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "training", "outputs": {},
            "resources": [{
                "mode": "managed", "type": "aws_key_pair", "name": "training",
                "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
                "instances": [{
                    "schema_version": 1,
                    "attributes": {"id": "training", "key_name": "training", "key_pair_id": text(1),
                                   "fingerprint": text(2), "tags": tags, "tags_all": tags},
                    "sensitive_attributes": [[
                        {"type": "get_attr", "value": "tags_all"},
                        {"type": "index", "value": {"value": "token", "type": "string"}}
                    ]],
                }],
            }],
        });
        let put = json!({"key": "states/training.tfstate", "body": document.to_string()});
        stage.aws.python(PUT, &put).unwrap();
        let config = json!({
            "version": 1, "environment": "test", "bucket": "watch", "topic_arn": text(0),
            "scopes": [{"account": afterhours_local::ACCOUNT, "region": afterhours_local::REGION}],
            "drift": {"states": ["s3://watch/states/"]},
        });
        stage.configure(&config).unwrap();
        Self { stage, id: text(1) }
    }

    fn tag(&self, key: &str, value: &str) {
        let arguments = json!({"id": self.id, "key": key, "value": value});
        self.stage.aws.python(TAG, &arguments).unwrap();
    }

    /// The answer of a scan so many minutes after the morning.
    fn scan(&self, minutes: i64) -> Value {
        let answered = self.stage.scan(later(MORNING, minutes)).unwrap();
        assert!(changes_nothing(&answered), "{:?}", answered.calls);
        answered.response().unwrap().clone()
    }
}

/// Whether nothing but documents and alerts was written.
fn changes_nothing(answered: &Answered) -> bool {
    answered.mutations().is_empty()
}

fn told(answer: &Value) -> Vec<u64> {
    ["new", "changed", "still_open", "resolved", "alerts"]
        .iter()
        .map(|name| answer["told"][name].as_u64().unwrap())
        .collect()
}

#[test]
fn only_changes_are_told_and_no_secret_leaves_the_function() {
    let watched = Watched::start("drift-life");
    // The first alert is the heartbeat.
    assert_eq!(told(&watched.scan(0)), [0, 0, 0, 0, 1]);
    watched.tag("team", "ops");
    watched.tag("token", "hush-live");
    assert_eq!(told(&watched.scan(60)), [1, 0, 0, 0, 1]);
    assert_eq!(told(&watched.scan(120)), [0, 0, 1, 0, 0]);
    watched.tag("team", "ml");
    watched.tag("token", "hush-state");
    assert_eq!(told(&watched.scan(180)), [0, 0, 0, 1, 1]);
    let published = watched.stage.aws.proxy.published();
    let bodies: Vec<String> = published.iter().map(|alert| alert.body("lambda")).collect();
    assert!(
        bodies.iter().any(|body| body.contains("tags.team: ml")),
        "{bodies:?}"
    );
    let objects = watched.stage.aws.python(OBJECTS, &json!({})).unwrap();
    for text in bodies.iter().chain([&objects.to_string()]) {
        assert!(!text.contains("hush"), "{text}");
    }
    assert!(
        objects
            .as_object()
            .unwrap()
            .contains_key("drift/ledger.json")
    );
}

#[test]
fn what_may_not_be_read_is_never_gone_and_never_clean() {
    let watched = Watched::start("drift-denied");
    watched
        .stage
        .aws
        .proxy
        .add(Rule::on("ec2", "DescribeKeyPairs").deny());
    let answer = watched.scan(0);
    assert_eq!(answer["findings"], json!([]));
    assert_eq!(
        (&answer["coverage"]["denied"], &answer["complete"]),
        (&json!(1), &json!(false))
    );
    let heartbeat = watched.stage.aws.proxy.published()[0].body("lambda");
    assert!(heartbeat.contains("ec2:DescribeKeyPairs"), "{heartbeat}");
}

#[test]
fn a_state_that_the_configuration_does_not_cover_is_refused() {
    let watched = Watched::start("drift-refused");
    let now = later(MORNING, 0);
    for (payload, words) in [
        (
            json!({"command": "scan", "states": ["s3://other/x"]}),
            "not covered",
        ),
        (json!({"command": "tick"}), "commands: scan"),
    ] {
        let answered = watched.stage.send_to("drift", now, &payload).unwrap();
        let Outcome::Error(error) = &answered.outcome else {
            panic!("{:?}", answered.outcome);
        };
        assert!(error.to_string().contains(words), "{error}");
        assert!(answered.calls.is_empty());
    }
}
