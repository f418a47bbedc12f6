//! States of several ages and shapes, and what is read from them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

use std::io::Read;
use std::ops::ControlFlow;

use afterhours_tfstate::{
    EntryFault, Header, Index, Instance, Mode, StateError, Step, account_region, header, read,
};
use serde_json::{Value, json};

const PROVIDER_3: &str = include_str!("fixtures/provider-3.tfstate");
const PROVIDER_6: &str = include_str!("fixtures/provider-6.tfstate");
const OPENTOFU: &str = include_str!("fixtures/opentofu.tfstate");
const LEGACY: &str = include_str!("fixtures/legacy-flat.tfstate");

type Entries = Vec<Result<Instance, EntryFault>>;

fn entries(input: impl Read) -> (Result<Header, StateError>, Entries) {
    let mut found = Vec::new();
    let header = read(input, |entry| {
        found.push(entry);
        ControlFlow::Continue(())
    });
    (header, found)
}

fn instances(text: &str) -> (Header, Vec<Instance>) {
    let (header, found) = entries(text.as_bytes());
    (
        header.unwrap(),
        found.into_iter().map(Result::unwrap).collect(),
    )
}

#[test]
fn a_state_of_provider_3_is_read() {
    let (header, found) = instances(PROVIDER_3);
    assert_eq!(
        (
            header.version,
            header.serial,
            header.instances,
            header.faults
        ),
        (4, 41, 5, 0)
    );
    assert_eq!(header.lineage, "0f2b9c1e-6d4a-4f5b-8a37-1c2d3e4f5a6b");
    assert_eq!(header.terraform_version.as_deref(), Some("1.0.11"));
    let subnet = "module.network[0].module.zone[\"eu-central-1a\"].aws_subnet.private";
    let addresses: Vec<&str> = found
        .iter()
        .map(|instance| instance.address.as_str())
        .collect();
    assert_eq!(
        addresses,
        [
            "data.aws_caller_identity.current",
            "aws_s3_bucket.models",
            &format!("{subnet}[0]"),
            &format!("{subnet}[1]"),
            &format!("{subnet}[1] (deposed object 1a2b3c4d)"),
        ]
    );
    assert_eq!((found[0].mode, found[1].mode), (Mode::Data, Mode::Managed));
    let [.., ready, tainted, deposed] = found.as_slice() else {
        unreachable!()
    };
    assert!(!ready.tainted && tainted.tainted && !deposed.tainted);
    assert_eq!(deposed.deposed.as_deref(), Some("1a2b3c4d"));
    assert_eq!(
        ready.module.as_deref(),
        Some("module.network[0].module.zone[\"eu-central-1a\"]")
    );
    assert_eq!(
        (ready.kind.as_str(), ready.name.as_str()),
        ("aws_subnet", "private")
    );
    assert_eq!(
        (&ready.index, ready.schema_version),
        (&Some(Index::Number(0)), 1)
    );
    assert_eq!(ready.provider.alias.as_deref(), Some("peer"));
    assert_eq!(ready.provider.module.as_deref(), Some("module.network"));
    assert_eq!(
        found[1].attributes["versioning"],
        json!([{"enabled": true, "mfa_delete": false}])
    );
    assert_eq!(found[1].attributes["tags"], Value::Null);
}

#[test]
fn a_state_of_provider_6_has_identities_and_secrets() {
    let (header, found) = instances(PROVIDER_6);
    assert_eq!((header.serial, found.len()), (7, 3));
    let database = &found[0];
    assert_eq!(
        database.address,
        r#"aws_db_instance.features["blue \"green\" $${x}"]"#
    );
    assert_eq!(
        database.identity.as_ref().unwrap()["identifier"],
        "features"
    );
    let password = [Step::Name("password".to_owned())];
    let username = [Step::Name("username".to_owned())];
    assert!(database.is_sensitive(&password) && !database.is_sensitive(&username));
    assert!(database.provider.is_aws() && !found[2].provider.is_aws());
    assert_eq!(found[2].provider.name(), "random");
}

#[test]
fn providers_of_single_instances_are_those_of_opentofu() {
    let (_, found) = instances(OPENTOFU);
    let keys: Vec<_> = found
        .iter()
        .map(|instance| instance.provider.key.clone())
        .collect();
    let key = |text: &str| Some(Index::Key(text.to_owned()));
    assert_eq!(keys, [key("eu-west-1"), key("us-east-1"), None]);
    assert!(found.iter().all(|instance| instance.provider.is_aws()));
}

#[test]
fn flat_attributes_are_nested_again_and_said_to_be_such() {
    let (_, found) = instances(LEGACY);
    assert!(found[0].from_flat);
    assert_eq!(
        Value::Object(found[0].attributes.clone()),
        json!({"id": "sg-1", "tags": {"team": "ops"}, "ingress": [{"from_port": "22", "cidr_blocks": ["10.0.0.0/8"]}]})
    );
    assert_eq!(found[0].provider.source, "registry.terraform.io/-/aws");
    assert_eq!(found[0].provider.alias.as_deref(), Some("us"));
}

#[test]
fn an_instance_says_where_it_lives_as_far_as_it_knows() {
    let places = |text: &str| -> Vec<_> {
        let (_, found) = instances(text);
        found.iter().map(account_region).collect()
    };
    let place = |account: Option<&str>, region: Option<&str>| {
        (account.map(str::to_owned), region.map(str::to_owned))
    };
    let account = Some("111122223333");
    assert_eq!(
        places(PROVIDER_3),
        [
            place(None, None),
            place(None, Some("eu-central-1")),
            place(account, Some("eu-central-1")),
            place(None, None),
            place(None, None),
        ]
    );
    assert_eq!(
        places(PROVIDER_6),
        [
            place(account, Some("eu-west-1")),
            place(account, Some("eu-central-1")),
            place(None, None),
        ]
    );
    assert_eq!(
        places(OPENTOFU),
        [
            place(account, Some("eu-west-1")),
            place(account, Some("us-east-1")),
            place(account, None),
        ]
    );
}

#[test]
fn places_are_taken_in_order_and_only_where_they_are_such() {
    let place = |attributes: Value, identity: Option<Value>| {
        let (_, mut found) = instances(PROVIDER_3);
        let mut instance = found.remove(0);
        instance.attributes = attributes.as_object().unwrap().clone();
        instance.identity = identity.map(|identity| identity.as_object().unwrap().clone());
        account_region(&instance)
    };
    let both = |account: &str, region: &str| {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        (some(account), some(region))
    };
    let arn = "arn:aws:ec2:eu-west-1:222222222222:vpc/vpc-1";
    let all = json!({"arn": arn, "region": "eu-west-2", "owner_id": "333333333333", "availability_zone": "eu-west-3a"});
    let identity = json!({"account_id": "111111111111", "region": "eu-north-1"});
    assert_eq!(
        place(all.clone(), Some(identity)),
        both("111111111111", "eu-north-1")
    );
    assert_eq!(place(all, None), both("222222222222", "eu-west-2"));
    assert_eq!(
        place(
            json!({"owner_id": "333333333333", "availability_zone": "us-west-2-lax-1a"}),
            None
        ),
        both("333333333333", "us-west-2")
    );
    assert_eq!(
        place(
            json!({"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
            None
        ),
        both("", "")
    );
    assert_eq!(
        place(
            json!({"arn": "arn:aws-us-gov:sns:us-gov-west-1:123456789012:t"}),
            None
        ),
        both("123456789012", "us-gov-west-1")
    );
    for odd in [
        json!({"owner_id": "amazon"}),
        json!({"availability_zone": "use1-az1"}),
        json!({"availability_zone": "eu-west-1"}),
        json!({"region": "EU"}),
        json!({"region": 7, "arn": "arn:aws", "id": "vpc-1"}),
        json!({}),
    ] {
        assert_eq!(place(odd.clone(), None), both("", ""), "{odd}");
    }
}

/// Every object with its keys in reverse or in the order of the alphabet, as other tools write them.
fn reordered(value: &Value, reverse: bool) -> String {
    match value {
        Value::Array(list) => {
            let items: Vec<_> = list.iter().map(|item| reordered(item, reverse)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            if reverse {
                keys.reverse();
            }
            let pair = |key: &String| format!("{}:{}", json!(key), reordered(&map[key], reverse));
            let pairs: Vec<_> = keys.into_iter().map(pair).collect();
            format!("{{{}}}", pairs.join(",\n\t"))
        }
        scalar => scalar.to_string(),
    }
}

#[test]
fn the_order_of_keys_does_not_matter() {
    for text in [PROVIDER_3, PROVIDER_6, OPENTOFU, LEGACY] {
        let expected = instances(text);
        let value: Value = serde_json::from_str(text).unwrap();
        for reverse in [false, true] {
            assert_eq!(instances(&reordered(&value, reverse)), expected);
        }
    }
}

/// Gives so many bytes at once, and an interruption now and then.
struct Pieces<'a>(&'a [u8], usize, bool);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.2 = !self.2;
        if self.2 {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let count = self.1.min(self.0.len()).min(into.len());
        let (now, later) = self.0.split_at(count);
        into[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

#[test]
fn it_does_not_matter_in_which_pieces_it_comes() {
    for text in [PROVIDER_3, PROVIDER_6, OPENTOFU, LEGACY] {
        let (_, expected) = entries(text.as_bytes());
        for size in [1, 2, 7, 64, 1000] {
            let (header, found) = entries(Pieces(text.as_bytes(), size, false));
            header.unwrap();
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }
}

#[test]
fn the_header_is_read_without_the_resources() {
    let mut reader =
        std::io::BufReader::with_capacity(1, Pieces(PROVIDER_3.as_bytes(), 200, false));
    let found = header(&mut reader).unwrap();
    assert_eq!((found.serial, found.instances), (41, 0));
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    assert!(
        rest.len() > PROVIDER_3.len() - 500,
        "{} bytes were left",
        rest.len()
    );
    let cut = &PROVIDER_6[..300];
    assert_eq!(header(cut.as_bytes()).unwrap().serial, 7);
    assert!(matches!(
        header(&PROVIDER_6.as_bytes()[..60]),
        Err(StateError::Truncated { .. })
    ));
}

#[test]
fn the_callback_may_stop() {
    let mut seen = 0;
    let result = read(PROVIDER_3.as_bytes(), |_| {
        seen += 1;
        if seen == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(result, Err(StateError::Stopped)));
    assert_eq!(seen, 2);
}

#[test]
fn a_state_without_resources_is_a_state() {
    for text in [
        r#"{"version":4,"terraform_version":"1.9.0","serial":1,"lineage":"x","outputs":{},"resources":[],"check_results":null}"#,
        r#"{"version":4,"serial":1,"lineage":"x","resources":null}"#,
        r#"{"version":4,"serial":1,"lineage":"x"}"#,
    ] {
        let (header, found) = instances(text);
        assert_eq!((header.serial, header.lineage.as_str()), (1, "x"));
        assert!(found.is_empty());
    }
}

#[test]
fn a_source_that_fails_says_how_far_it_came() {
    struct Breaks<'a>(&'a [u8]);
    impl Read for Breaks<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(into)? {
                0 => Err(std::io::Error::other("connection reset")),
                count => Ok(count),
            }
        }
    }
    let (result, found) = entries(Breaks(&PROVIDER_3.as_bytes()[..1_800]));
    let Err(StateError::Io { offset, source }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(
        (offset, source.to_string().as_str()),
        (1_800, "connection reset")
    );
    assert_eq!(found.len(), 2);
}
