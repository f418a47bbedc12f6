//! Findings.

use afterhours_core::alert::Severity;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::compare::{Difference, canonical};

/// What kind of difference a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// An attribute differs.
    Changed,
    /// The state names it, and it is gone.
    Deleted,
    /// It is there, and no scanned state names it.
    Unmanaged,
    /// A fault of the state itself, or of the suppressions.
    Integrity,
    /// Two states claim one object.
    Conflict,
}

impl Class {
    /// The lower-case name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Unmanaged => "unmanaged",
            Self::Integrity => "integrity",
            Self::Conflict => "conflict",
        }
    }
}

/// One attribute that differs, as it may be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// Where: `root_block_device[0].volume_size`.
    pub path: String,
    /// The state's value; `null` for none, [`SENSITIVE`] for a secret one.
    pub state: Value,
    /// The live value; `null` for none, [`SENSITIVE`] for a secret one.
    pub live: Value,
}

/// What stands for a secret value.
pub const SENSITIVE: &str = "(sensitive value)";

/// Why a difference is no cause for alarm.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Explained {
    /// Who made it: `scaler`, `autoscaling`.
    pub by: String,
    /// What proves it.
    pub evidence: String,
}

/// One difference between state and reality, or one fault of a state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind it is.
    pub class: Class,
    /// The address as Terraform prints it; `null` where no state names the object.
    pub address: Option<String>,
    /// Terraform's type; `null` for a fault of a state.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What `terraform import` takes; for class `integrity` the name of the fault.
    pub id: Option<String>,
    /// Twelve digits.
    pub account: Option<String>,
    /// Such as `eu-central-1`.
    pub region: Option<String>,
    /// The state it was found in, as in `states[].source`; `null` where no state names the object.
    pub source: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// What it means, in a sentence.
    pub summary: String,
    /// Why it is no cause for alarm; `null` where nothing explains it.
    pub explained: Option<Explained>,
    /// What differs; empty for whole objects.
    pub attributes: Vec<Changed>,
    /// What a person can do: an `import` block, a command; absent where nothing can be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// Stays the same while the same thing differs in the same way.
    pub fingerprint: String,
    /// What each of the attributes means by itself, in their order: what is left when some are suppressed is made of it.
    #[serde(skip)]
    pub parts: Vec<Part>,
}

/// One attribute of a finding by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// How much it matters.
    pub severity: Severity,
    /// What it means.
    pub sentence: String,
    /// Of its path and live value.
    pub fingerprint: String,
}

impl Finding {
    /// What identifies it while its values change: the same thing, in the same class.
    pub fn identity(&self) -> String {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let explained = self
            .explained
            .as_ref()
            .map_or("", |explained| &explained.by);
        [
            self.class.as_str(),
            &part(&self.source),
            &part(&self.address),
            &part(&self.kind),
            &part(&self.id),
            &part(&self.account),
            &part(&self.region),
            explained,
        ]
        .join("|")
    }
}

/// Makes fingerprints; secret values go in by HMAC-SHA256 with the deployment's key, or not at all.
#[derive(Clone, Default)]
pub struct Fingerprints {
    key: Option<Vec<u8>>,
}

impl std::fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fingerprints")
            .field("key", &self.key.as_ref().map(|_| SENSITIVE))
            .finish()
    }
}

impl Fingerprints {
    /// With the deployment's key.
    pub fn keyed(key: &[u8]) -> Self {
        Self {
            key: Some(key.to_vec()),
        }
    }

    /// Without a key: another value of a secret attribute has the same fingerprint.
    pub fn unkeyed() -> Self {
        Self::default()
    }

    /// Of a finding: its class, the object, and what differs.
    pub fn of(&self, class: Class, object: &[&str], differences: &[Difference]) -> String {
        let parts: Vec<String> = differences
            .iter()
            .map(|difference| self.part(difference))
            .collect();
        Self::joined(class, object, parts.iter().map(String::as_str))
    }

    /// Of the attributes that are left of a finding.
    pub fn joined<'p>(
        class: Class,
        object: &[&str],
        parts: impl Iterator<Item = &'p str>,
    ) -> String {
        let mut hash = Sha256::new();
        let mut field = |text: &str| {
            // The length keeps `ab|c` and `a|bc` apart.
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        field(class.as_str());
        for part in object {
            field(part);
        }
        for part in parts {
            field(part);
        }
        hex(&hash.finalize())
    }

    /// Of one attribute: its path and its live value.
    pub fn part(&self, difference: &Difference) -> String {
        let live = canonical(&difference.live);
        let live = if difference.secret {
            self.secret(&live)
        } else {
            live
        };
        let hash = Sha256::new()
            .chain_update((difference.path.len() as u64).to_be_bytes())
            .chain_update(difference.path.as_bytes())
            .chain_update(live.as_bytes());
        hex(&hash.finalize())
    }

    /// HMAC-SHA256 (RFC 2104) of a secret value; the same text for all without a key.
    fn secret(&self, value: &str) -> String {
        const BLOCK: usize = 64;
        let Some(key) = &self.key else {
            return SENSITIVE.to_owned();
        };
        let mut block = [0_u8; BLOCK];
        let short = if key.len() > BLOCK {
            Sha256::digest(key).to_vec()
        } else {
            key.clone()
        };
        for (slot, byte) in block.iter_mut().zip(short) {
            *slot = byte;
        }
        let inner = Sha256::new()
            .chain_update(block.map(|byte| byte ^ 0x36))
            .chain_update(value.as_bytes())
            .finalize();
        let outer = Sha256::new()
            .chain_update(block.map(|byte| byte ^ 0x5c))
            .chain_update(inner)
            .finalize();
        hex(&outer)
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A difference as it may be shown: secret values are replaced.
pub fn shown(difference: &Difference) -> Changed {
    let value = |value: &Value| {
        if difference.secret && !value.is_null() {
            Value::String(SENSITIVE.to_owned())
        } else {
            value.clone()
        }
    };
    Changed {
        path: difference.path.clone(),
        state: value(&difference.state),
        live: value(&difference.live),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::Meaning;

    fn secret(live: &str) -> Difference {
        Difference {
            path: "password".to_owned(),
            state: json!("old"),
            live: json!(live),
            meaning: Meaning::Security,
            secret: true,
            rule: "by value",
        }
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        // Test case 2 of RFC 4231.
        let made = Fingerprints::keyed(b"Jefe").secret("what do ya want for nothing?");
        assert_eq!(
            made,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        // Test case 6: a key longer than a block.
        let made = Fingerprints::keyed(&[0xaa; 131])
            .secret("Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(
            made,
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn a_secret_changes_the_fingerprint_only_with_a_key() {
        let of = |prints: &Fingerprints, live: &str| {
            prints.of(Class::Changed, &["aws_x.y"], &[secret(live)])
        };
        let keyed = Fingerprints::keyed(b"key");
        assert_ne!(of(&keyed, "a"), of(&keyed, "b"));
        assert_ne!(of(&keyed, "a"), of(&Fingerprints::keyed(b"other"), "a"));
        let unkeyed = Fingerprints::unkeyed();
        assert_eq!(of(&unkeyed, "a"), of(&unkeyed, "b"));
    }

    #[test]
    fn a_secret_is_never_shown_and_its_absence_is() {
        let mut difference = secret("new");
        assert_eq!(shown(&difference).live, json!(SENSITIVE));
        difference.live = Value::Null;
        assert_eq!(shown(&difference).live, Value::Null);
        assert!(!format!("{:?}", Fingerprints::keyed(b"hush")).contains("hush"));
    }
}
