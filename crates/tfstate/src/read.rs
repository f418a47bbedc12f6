//! Reading a state from its first byte to its last.

use std::io::Read;
use std::ops::ControlFlow;

use serde_json::Value;

use crate::entries::{Entries, Hashes, Stop};
use crate::error::{Foreign, StateError};
use crate::instance::{EntryFault, Instance, Parts, RawResource, Wrong, shown};
use crate::scan::{Fault, Scanner};
use crate::sniff::sniff;
use crate::top::{Header, KEYS, Top};

/// Reads a state and hands over each instance as it comes by.
///
/// One instance is in memory at a time, and 8 bytes for each that was seen, so that duplicates are told. Outputs,
/// dependencies, private data and check results are passed over without being kept. The order of keys does not
/// matter; where `instances` comes before what describes its resource, one resource is in memory at a time.
///
/// What was handed over holds only if the result is `Ok`: that the file is of another version, or cut off, may show
/// at its end. An entry at fault is handed over as such and counted, and the others go on.
///
/// # Errors
/// [`StateError`]; [`StateError::Stopped`] if `each` breaks.
pub fn read<R: Read>(
    input: R,
    each: impl FnMut(Result<Instance, EntryFault>) -> ControlFlow<()>,
) -> Result<Header, StateError> {
    Reading::new(input, each, false).run()
}

/// Reads only as far as the header reaches: a few hundred bytes of a file that Terraform wrote.
///
/// # Errors
/// [`StateError`]; what comes after the header is not looked at.
pub fn header<R: Read>(input: R) -> Result<Header, StateError> {
    Reading::new(input, |_| ControlFlow::Continue(()), true).run()
}

struct Reading<R, F> {
    scan: Scanner<R>,
    top: Top,
    entries: Entries<F>,
    header_only: bool,
}

impl<R: Read, F: FnMut(Result<Instance, EntryFault>) -> ControlFlow<()>> Reading<R, F> {
    fn new(input: R, each: F, header_only: bool) -> Self {
        Self {
            scan: Scanner::new(input),
            top: Top::default(),
            entries: Entries {
                each,
                parts: Parts::default(),
                known: Hashes::default(),
                instances: 0,
                faults: 0,
                last: String::new(),
            },
            header_only,
        }
    }

    fn run(mut self) -> Result<Header, StateError> {
        match self.whole() {
            Ok(()) | Err(Stop::Enough) => {}
            Err(Stop::Wrong(error)) => return Err(error),
            Err(Stop::Fault(fault)) => return Err(self.broken(fault)),
        }
        self.top.header(self.entries.instances, self.entries.faults)
    }

    /// A fault of the text; what was recognised before it says more.
    fn broken(self, fault: Fault) -> StateError {
        let offset = self.scan.offset();
        let refusal = self.top.refusal();
        match fault {
            Fault::Io(source) => StateError::Io { offset, source },
            Fault::End => refusal.unwrap_or(StateError::Truncated {
                offset,
                instances: self.entries.instances,
                last: Some(self.entries.last).filter(|last| !last.is_empty()),
            }),
            Fault::Syntax { expected } => {
                refusal.unwrap_or(StateError::Malformed { offset, expected })
            }
        }
    }

    fn whole(&mut self) -> Result<(), Stop> {
        if let Some(found) = sniff(self.scan.ahead()?) {
            return Err(Stop::Wrong(StateError::NotJson(found)));
        }
        match self.scan.peek_or_end()? {
            None => return Err(Stop::Wrong(StateError::Empty)),
            Some(b'{') => {}
            Some(b'[') => return Err(Stop::Wrong(StateError::Foreign(Foreign::List))),
            Some(_) => return Err(Stop::Wrong(StateError::Foreign(Foreign::Scalar))),
        }
        self.scan.take(b'{')?;
        let (mut first, mut key) = (true, String::new());
        while self.scan.key(&mut first, &mut key)? {
            self.field(&key)?;
        }
        match self.scan.peek_or_end()? {
            None => Ok(()),
            Some(_) => Err(Stop::Fault(Fault::Syntax {
                expected: "nothing after the end of the state",
            })),
        }
    }

    fn field(&mut self, key: &str) -> Result<(), Stop> {
        if self.top.keys.len() < KEYS || key == "encrypted_data" {
            let short = key.chars().take(40).collect();
            self.top.keys.insert(short);
        }
        match key {
            "version" => self.top.version = Some(self.value()?),
            "serial" => self.top.serial = Some(self.value()?),
            "lineage" => self.top.lineage = Some(self.value()?),
            "terraform_version" => {
                self.top.terraform_version = text(self.value()?).filter(|text| !text.is_empty());
            }
            "encryption_version" => self.top.encryption_version = text(self.value()?),
            "backend" => self.backend()?,
            "meta" => self.meta()?,
            "encrypted_data" if self.header_only => return Err(Stop::Enough),
            "resources" if self.header_only && self.top.is_header_known() => {
                return Err(Stop::Enough);
            }
            "resources" => self.resources()?,
            _ => self.scan.skip()?,
        }
        let known = self.top.is_header_known() && self.top.terraform_version.is_some();
        // A note of `terraform init` has the same header; its backend comes next.
        if self.header_only && known && self.top.version.as_ref().and_then(Value::as_u64) == Some(4)
        {
            return Err(Stop::Enough);
        }
        Ok(())
    }

    /// A short value of the header; null if it is no valid UTF-8.
    fn value(&mut self) -> Result<Value, Stop> {
        let mut raw = Vec::new();
        self.scan.keep(&mut raw)?;
        Ok(serde_json::from_slice(&raw).unwrap_or(Value::Null))
    }

    /// The type and place of a backend; its configuration may hold secrets, of which nothing is kept.
    fn backend(&mut self) -> Result<(), Stop> {
        let backend = self.value()?;
        let Some(kind) = backend.get("type").and_then(Value::as_str) else {
            return Ok(());
        };
        let setting = |name: &str| {
            backend
                .get("config")
                .and_then(|config| config.get(name)?.as_str())
        };
        let location = match (setting("bucket"), setting("key"), setting("path")) {
            (Some(bucket), Some(key), _) if kind == "s3" => Some(format!("s3://{bucket}/{key}")),
            (_, _, Some(path)) if kind == "local" => Some(path.to_owned()),
            _ => None,
        };
        self.top.backend = Some((kind.to_owned(), location));
        Ok(())
    }

    /// The names of the key providers of an encrypted state.
    fn meta(&mut self) -> Result<(), Stop> {
        if self.scan.peek()? != b'{' {
            return Ok(self.scan.skip()?);
        }
        self.scan.take(b'{')?;
        let (mut first, mut key) = (true, String::new());
        while self.scan.key(&mut first, &mut key)? {
            self.scan.skip()?;
            if self.top.key_providers.len() < 100 {
                self.top.key_providers.push(std::mem::take(&mut key));
            }
        }
        Ok(())
    }

    fn resources(&mut self) -> Result<(), Stop> {
        if std::mem::replace(&mut self.top.resources, true) {
            return Err(Stop::Wrong(StateError::Field {
                field: "resources",
                found: "there twice".to_owned(),
                accepted: "one list",
            }));
        }
        if self.scan.peek()? != b'[' {
            let value = self.value()?;
            if value.is_null() {
                return Ok(());
            }
            return Err(Stop::Wrong(StateError::Field {
                field: "resources",
                found: shown(&value),
                accepted: "a list",
            }));
        }
        self.scan.take(b'[')?;
        let (mut first, mut position) = (true, 0);
        while self.scan.element(&mut first)? {
            self.resource(position)?;
            position += 1;
        }
        Ok(())
    }

    fn resource(&mut self, position: u64) -> Result<(), Stop> {
        if !self.scan.take(b'{')? {
            let found = self.value()?;
            let wrong = Wrong {
                field: "resources",
                found: shown(&found),
                accepted: "objects",
            };
            return self
                .entries
                .fault(wrong.at(format!("resources[{position}]")));
        }
        let mut raw = RawResource::default();
        let (mut first, mut key) = (true, String::new());
        let (mut began_as_written, mut streamed) = (None, false);
        let mut later: Option<Vec<u8>> = None;
        while self.scan.key(&mut first, &mut key)? {
            let in_order =
                *began_as_written.get_or_insert(matches!(key.as_str(), "module" | "mode"));
            match key.as_str() {
                "module" if streamed => {
                    return Err(Stop::Wrong(StateError::Field {
                        field: "module",
                        found: format!("behind `instances` in resources[{position}]"),
                        accepted: "`module` before them, as Terraform writes it",
                    }));
                }
                "instances" if streamed || later.is_some() => {
                    return Err(Stop::Wrong(StateError::Field {
                        field: "instances",
                        found: format!("there twice in resources[{position}]"),
                        accepted: "one list",
                    }));
                }
                "module" => raw.module = self.value()?,
                "mode" => raw.mode = self.value()?,
                "type" => raw.kind = self.value()?,
                "name" => raw.name = self.value()?,
                "provider" => raw.provider = self.value()?,
                "instances" => {
                    // Terraform writes the module first, if there is one, and the instances last.
                    let named = !raw.mode.is_null() && !raw.kind.is_null() && !raw.name.is_null();
                    if in_order && named && !raw.provider.is_null() {
                        let resource = std::mem::take(&mut raw).resolve(position);
                        self.entries.all(&mut self.scan, &resource)?;
                        streamed = true;
                    } else {
                        let mut text = Vec::new();
                        self.scan.keep(&mut text)?;
                        later = Some(text);
                    }
                }
                _ => self.scan.skip()?,
            }
        }
        if streamed {
            return Ok(());
        }
        let resource = raw.resolve(position);
        match later {
            Some(text) => self
                .entries
                .all(&mut Scanner::small(text.as_slice()), &resource),
            None => self.entries.none(&resource),
        }
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
