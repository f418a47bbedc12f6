//! Entries at fault, which stop no other.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

use std::ops::ControlFlow;

use afterhours_tfstate::{EntryFault, Header, Instance, read};
use serde_json::{Value, json};

const AWS: &str = "provider[\"registry.terraform.io/hashicorp/aws\"]";

fn resource(name: &str, instances: &Value) -> Value {
    json!({"mode": "managed", "type": "aws_vpc", "name": name, "provider": AWS, "instances": instances})
}

fn good(name: &str) -> Value {
    resource(
        name,
        &json!([{"schema_version": 1, "attributes": {"id": name}}]),
    )
}

/// The entry between two good ones.
fn between(entry: &Value) -> (Header, Vec<EntryFault>, Vec<Instance>) {
    let state = json!({"version": 4, "serial": 1, "lineage": "x", "resources": [good("before"), entry, good("after")]});
    let (mut faults, mut found) = (Vec::new(), Vec::new());
    let header = read(state.to_string().as_bytes(), |entry| {
        match entry {
            Ok(instance) => found.push(instance),
            Err(fault) => faults.push(fault),
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(header.instances, u64::try_from(found.len()).unwrap());
    assert_eq!(header.faults, u64::try_from(faults.len()).unwrap());
    for (place, name) in [
        (found.first(), "aws_vpc.before"),
        (found.last(), "aws_vpc.after"),
    ] {
        assert_eq!(place.unwrap().address, name);
    }
    (header, faults, found)
}

fn with(field: &str, value: Value) -> Value {
    let mut entry = good("odd");
    entry[field] = value;
    entry
}

fn instance_with(field: &str, value: Value) -> Value {
    let mut entry = good("odd");
    entry["instances"][0][field] = value;
    entry
}

#[test]
fn each_fault_is_told_with_its_address_and_field_and_the_others_go_on() {
    let cases = [
        (with("mode", json!("ephemeral")), "aws_vpc.odd", "mode"),
        (with("mode", json!(7)), "aws_vpc.odd", "mode"),
        (with("type", json!(null)), "resources[1]", "type"),
        (with("name", json!("")), "resources[1]", "name"),
        (
            with("module", json!("network")),
            "network.aws_vpc.odd",
            "module",
        ),
        (with("provider", json!("aws")), "aws_vpc.odd", "provider"),
        (with("provider", json!(null)), "aws_vpc.odd", "provider"),
        (
            with("instances", json!({"0": {}})),
            "aws_vpc.odd",
            "instances",
        ),
        (with("instances", json!([7])), "aws_vpc.odd", "instances"),
        (json!("text"), "resources[1]", "resources"),
        (
            instance_with("status", json!("planned")),
            "aws_vpc.odd",
            "status",
        ),
        (
            instance_with("deposed", json!("abc")),
            "aws_vpc.odd",
            "deposed",
        ),
        (
            instance_with("index_key", json!([1])),
            "aws_vpc.odd",
            "index_key",
        ),
        (
            instance_with("index_key", json!(1.5)),
            "aws_vpc.odd",
            "index_key",
        ),
        (
            instance_with("index_key", json!(true)),
            "aws_vpc.odd",
            "index_key",
        ),
        (
            instance_with("schema_version", json!("1")),
            "aws_vpc.odd",
            "schema_version",
        ),
        (
            instance_with("attributes", json!(["x"])),
            "aws_vpc.odd",
            "attributes",
        ),
        (
            instance_with("identity", json!("x")),
            "aws_vpc.odd",
            "identity",
        ),
        (
            instance_with("provider", json!("aws")),
            "aws_vpc.odd",
            "provider",
        ),
    ];
    for (entry, address, field) in cases {
        let (header, faults, _) = between(&entry);
        assert_eq!((header.instances, header.faults), (2, 1), "{entry}");
        assert_eq!(
            (faults[0].address.as_str(), faults[0].field),
            (address, field),
            "{entry}"
        );
        let text = faults[0].to_string();
        assert!(
            text.contains("accepted: ") && text.starts_with(address),
            "{text}"
        );
    }
}

#[test]
fn each_instance_of_a_resource_at_fault_is_told() {
    let mut entry = resource("odd", &json!([{"index_key": 0}, {"index_key": "b"}]));
    entry["mode"] = json!("list");
    let (_, faults, _) = between(&entry);
    let addresses: Vec<_> = faults.iter().map(|fault| fault.address.as_str()).collect();
    assert_eq!(addresses, ["aws_vpc.odd[0]", "aws_vpc.odd[\"b\"]"]);
}

#[test]
fn an_address_is_taken_once() {
    let twice = json!([
        {"index_key": "a", "attributes": {"id": 1}},
        {"index_key": "a", "attributes": {"id": 2}},
        {"index_key": "a", "deposed": "00000001"},
        {"index_key": "a", "deposed": "00000001"},
        {"index_key": "a", "deposed": "00000002"},
        {"index_key": "b"},
    ]);
    let (_, faults, found) = between(&resource("odd", &twice));
    let addresses: Vec<_> = faults.iter().map(|fault| fault.address.as_str()).collect();
    assert_eq!(
        addresses,
        [
            "aws_vpc.odd[\"a\"]",
            "aws_vpc.odd[\"a\"] (deposed object 00000001)"
        ]
    );
    assert_eq!(found[1].attributes["id"], 1);
    assert_eq!(found.len(), 2 + 4);
    // In two entries of the same resource, too.
    let (_, faults, _) = between(&good("before"));
    assert_eq!(faults[0].address, "aws_vpc.before");
}

#[test]
fn the_value_of_an_attribute_is_in_no_fault() {
    for field in ["attributes", "attributes_flat", "identity"] {
        let (_, faults, _) = between(&instance_with(field, json!("hunter2")));
        assert!(!format!("{faults:?}").contains("hunter2"), "{faults:?}");
    }
}

#[test]
fn secrets_that_cannot_be_read_make_all_secret() {
    let (_, faults, found) = between(&instance_with("sensitive_attributes", json!("?")));
    assert!(faults.is_empty());
    assert!(found[1].is_sensitive(&[]));
}

#[test]
fn what_may_be_absent_may_be_null_or_empty() {
    for (field, value) in [
        ("index_key", json!(null)),
        ("status", json!("")),
        ("deposed", json!(null)),
        ("schema_version", json!(null)),
        ("attributes", json!(null)),
        ("identity", json!(null)),
        ("provider", json!("")),
        ("sensitive_attributes", json!(null)),
    ] {
        let (header, ..) = between(&instance_with(field, value));
        assert_eq!((header.instances, header.faults), (3, 0), "{field}");
    }
    let (header, ..) = between(&resource("none", &json!([])));
    assert_eq!((header.instances, header.faults), (2, 0));
    let (_, _, found) = between(&instance_with("index_key", json!(3.0)));
    assert_eq!(found[1].address, "aws_vpc.odd[3]");
}

#[test]
fn attributes_that_are_no_utf8_are_a_fault_of_their_entry() {
    let state = json!({"version": 4, "serial": 1, "lineage": "x", "resources": [good("MARK"), good("after")]});
    let text = state.to_string();
    let at = text.find("\"id\":\"MARK\"").unwrap() + 6;
    let mut bytes = text.into_bytes();
    bytes[at] = 0xff;
    let (mut faults, mut found) = (0, 0);
    read(bytes.as_slice(), |entry| {
        match entry {
            Ok(_) => found += 1,
            Err(fault) => {
                faults += 1;
                assert_eq!(
                    (fault.address.as_str(), fault.field),
                    ("aws_vpc.MARK", "attributes")
                );
            }
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!((faults, found), (1, 1));
}
