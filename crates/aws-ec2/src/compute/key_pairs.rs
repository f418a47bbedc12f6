//! Key pairs.

use afterhours_diff::{Listing, Wanted};
use serde_json::json;

use super::live::{self, id, members};
use super::{ComputeReader, KEY_PAIR, actions};

impl ComputeReader {
    pub(super) async fn key_pairs(&self, wanted: &Wanted) -> Option<Listing> {
        if !wanted.wants(KEY_PAIR) {
            return None;
        }
        let fetched = self.key_pair_list(wanted).await;
        live::listing(
            wanted,
            KEY_PAIR,
            &fetched,
            |pair| {
                let name = id(actions::KEY_PAIRS, "KeyName", pair.key_name())?;
                Ok(live::bare(wanted, KEY_PAIR, "key-pair", name, pair.tags()))
            },
            |pair, live| {
                live.attributes.extend(members(json!({
                    "fingerprint": pair.key_fingerprint(),
                    "key_name": pair.key_name(),
                    "key_pair_id": pair.key_pair_id(),
                    "key_type": pair.key_type().map(|kind| kind.as_str()),
                })));
                // Keys that were made before AWS kept the public half come without it.
                if let Some(key) = pair.public_key() {
                    live.attributes.insert("public_key".to_owned(), json!(key));
                }
            },
        )
    }
}
