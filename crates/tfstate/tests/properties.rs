//! Whatever the bytes are: an answer, no panic, and the same answer however they come.

use std::ops::ControlFlow;

use afterhours_tfstate::{EntryFault, Header, Instance, LockInfo, StateError, header, read};
use proptest::prelude::*;
use serde_json::{Value, json};

const STATES: [&str; 4] = [
    include_str!("fixtures/provider-3.tfstate"),
    include_str!("fixtures/provider-6.tfstate"),
    include_str!("fixtures/opentofu.tfstate"),
    include_str!("fixtures/legacy-flat.tfstate"),
];

type Entries = Vec<Result<Instance, EntryFault>>;

fn entries(bytes: &[u8]) -> (Result<Header, StateError>, Entries) {
    let mut found = Vec::new();
    let header = read(bytes, |entry| {
        found.push(entry);
        ControlFlow::Continue(())
    });
    (header, found)
}

/// A value of an attribute.
fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_have_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (result, found) = entries(&bytes);
        // A state has `lineage`, which chance does not write.
        prop_assert!(result.is_err() && found.is_empty());
        prop_assert!(!result.unwrap_err().to_string().is_empty());
        let _ = header(bytes.as_slice());
        let _ = LockInfo::parse(&bytes);
    }

    #[test]
    fn a_state_with_damaged_bytes_has_an_answer(
        which in 0..STATES.len(),
        damages in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let mut bytes = STATES[which].as_bytes().to_vec();
        for (place, byte, how) in damages {
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        let (result, found) = entries(&bytes);
        let good = found.iter().filter(|entry| entry.is_ok()).count();
        match result {
            Ok(header) => {
                prop_assert_eq!(header.instances, u64::try_from(good).unwrap());
                prop_assert_eq!(header.faults, u64::try_from(found.len() - good).unwrap());
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        // What serde_json takes for damaged is not read as a state.
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            let (result, found) = entries(&bytes);
            let passed_over = result.is_ok() && std::str::from_utf8(&bytes).is_ok();
            let told = found.iter().any(Result::is_err);
            prop_assert!(!passed_over || told || has_surrogate(&bytes));
        }
    }

    #[test]
    fn attributes_come_back_as_they_were_written(attributes in proptest::collection::btree_map(any::<String>(), value(), 0..6), key in any::<String>()) {
        let attributes: serde_json::Map<String, Value> = attributes.into_iter().collect();
        let state = json!({"version": 4, "serial": 1, "lineage": "x", "resources": [
            {"mode": "managed", "type": "t", "name": "n", "provider": "provider[\"a/b/c\"]",
             "instances": [{"index_key": key, "attributes": attributes}]},
        ]});
        let pretty = serde_json::to_string_pretty(&state).unwrap();
        for text in [state.to_string(), pretty] {
            let (_, found) = entries(text.as_bytes());
            let [Ok(instance)] = found.as_slice() else {
                return Err(TestCaseError::fail(format!("{found:?}")));
            };
            prop_assert_eq!(&instance.attributes, &attributes);
            prop_assert!(instance.address.starts_with("t.n[\""));
        }
    }
}

/// A text that is passed over may hold half of a pair of surrogates.
fn has_surrogate(bytes: &[u8]) -> bool {
    bytes
        .windows(3)
        .any(|part| part == b"\\ud" || part == b"\\uD")
}
