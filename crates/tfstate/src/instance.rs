//! One instance of a resource.

use serde_json::{Map, Value};

use crate::address::{self, Index};
use crate::provider::Provider;
use crate::sensitive::{self, AttributePath, Step};

/// Managed resource or data source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `resource`.
    Managed,
    /// `data`: read by Terraform and never managed.
    Data,
}

/// One instance, or a deposed object of one, as the state has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// As Terraform prints it: `module.a[0].aws_vpc.main["k"]`, and `… (deposed object 1a2b3c4d)`.
    pub address: String,
    /// `module.a[0].module.b["k"]`; none in the root module.
    pub module: Option<String>,
    /// Managed resource or data source.
    pub mode: Mode,
    /// The type: `aws_vpc`.
    pub kind: String,
    /// The name in the configuration.
    pub name: String,
    /// Of `count` or `for_each`.
    pub index: Option<Index>,
    /// Whose it is.
    pub provider: Provider,
    /// Known to be broken: its creation or provisioning failed, and the next apply replaces it.
    pub tainted: bool,
    /// The key of an object that was to be replaced and could not be deleted; it should not exist.
    pub deposed: Option<String>,
    /// Of the provider's schema for the type.
    pub schema_version: u64,
    /// As the provider wrote them.
    pub attributes: Map<String, Value>,
    /// Whether the attributes come from the flat form of before Terraform 0.12: all scalars are texts then, and
    /// sets stand in no order.
    pub from_flat: bool,
    /// Attributes that are secret by the configuration or the provider. Old states lack those of the provider.
    pub sensitive: Vec<AttributePath>,
    /// Since Terraform 1.12 and AWS provider 6; `account_id` and `region` are part of most.
    pub identity: Option<Map<String, Value>>,
}

impl Instance {
    /// Whether the value at this path of the attributes is marked as secret.
    pub fn is_sensitive(&self, path: &[Step]) -> bool {
        self.sensitive.iter().any(|secret| secret.covers(path))
    }
}

/// An entry of the state that is at fault; the others are not touched by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address}: `{field}` is {found}; accepted: {accepted}")]
pub struct EntryFault {
    /// The instance as far as it can be told; `resources[12]` where even its resource cannot.
    pub address: String,
    /// Which field of the entry.
    pub field: &'static str,
    /// What it is; never the value of an attribute.
    pub found: String,
    /// What it may be.
    pub accepted: &'static str,
}

/// What a field is, and what it may be.
#[derive(Debug, Clone)]
pub(crate) struct Wrong {
    pub(crate) field: &'static str,
    pub(crate) found: String,
    pub(crate) accepted: &'static str,
}

impl Wrong {
    pub(crate) fn at(self, address: String) -> EntryFault {
        let Self {
            field,
            found,
            accepted,
        } = self;
        EntryFault {
            address,
            field,
            found,
            accepted,
        }
    }
}

/// A value in few words, which is fit for fields that are never secret.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_owned(),
        Value::Array(_) | Value::Object(_) => shape(value).to_owned(),
        scalar => {
            let text = scalar.to_string();
            match text.char_indices().nth(80) {
                Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
                None => text,
            }
        }
    }
}

/// The kind of a value, which may be secret.
fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "absent",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// What all instances of an entry in `resources` have in common.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) address: String,
    module: Option<String>,
    mode: Mode,
    kind: String,
    name: String,
    provider: Option<Provider>,
    /// What makes all its instances unusable.
    pub(crate) wrong: Option<Wrong>,
}

/// The fields of an entry in `resources`, without its instances.
#[derive(Debug, Default)]
pub(crate) struct RawResource {
    pub(crate) module: Value,
    pub(crate) mode: Value,
    pub(crate) kind: Value,
    pub(crate) name: Value,
    pub(crate) provider: Value,
}

impl RawResource {
    /// The entry at this position.
    pub(crate) fn resolve(self, position: u64) -> Resource {
        let mut wrong = None;
        let mut text = |field, value: Value, accepted| match value {
            Value::String(text) if !text.is_empty() => Some(text),
            value => {
                let found = shown(&value);
                wrong.get_or_insert(Wrong {
                    field,
                    found,
                    accepted,
                });
                None
            }
        };
        let kind = text("type", self.kind, "a type such as \"aws_vpc\"");
        let name = text("name", self.name, "the name of the resource");
        let mode = text("mode", self.mode, MODES).unwrap_or_default();
        let module = match self.module {
            Value::Null => None,
            Value::String(none) if none.is_empty() => None,
            module => text("module", module, MODULES),
        };
        let provider = match self.provider {
            Value::Null => None,
            Value::String(none) if none.is_empty() => None,
            provider => text("provider", provider, PROVIDERS),
        };
        let is_data = mode == "data";
        if !is_data && mode != "managed" {
            let found = format!("{mode:?}");
            wrong.get_or_insert(Wrong {
                field: "mode",
                found: shown(&Value::String(found)),
                accepted: MODES,
            });
        }
        if let Some(module) = module.as_ref().filter(|text| !text.starts_with("module.")) {
            let found = shown(&Value::String(module.clone()));
            wrong.get_or_insert(Wrong {
                field: "module",
                found,
                accepted: MODULES,
            });
        }
        let read = provider
            .as_deref()
            .map(|text| (text, Provider::parse(text)));
        if let Some((text, None)) = read {
            let found = shown(&Value::String(text.to_owned()));
            wrong.get_or_insert(Wrong {
                field: "provider",
                found,
                accepted: PROVIDERS,
            });
        }
        let provider = read.and_then(|(_, provider)| provider);
        let address = match (&kind, &name) {
            (Some(kind), Some(name)) => address::resource(module.as_deref(), is_data, kind, name),
            _ => format!("resources[{position}]"),
        };
        Resource {
            address,
            module,
            mode: if is_data { Mode::Data } else { Mode::Managed },
            kind: kind.unwrap_or_default(),
            name: name.unwrap_or_default(),
            provider,
            wrong,
        }
    }
}

const MODES: &str = "\"managed\" or \"data\"";
const MODULES: &str = "an address such as `module.network[0]`";
const PROVIDERS: &str =
    "a provider such as `provider[\"registry.terraform.io/hashicorp/aws\"].alias`";

/// Texts of the fields of an instance that are read; all others are passed over.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    index: Vec<u8>,
    status: Vec<u8>,
    deposed: Vec<u8>,
    provider: Vec<u8>,
    schema_version: Vec<u8>,
    attributes: Vec<u8>,
    flat: Vec<u8>,
    sensitive: Vec<u8>,
    identity: Vec<u8>,
}

/// A text that was larger than this is given back after its instance.
const KEPT: usize = 1024 * 1024;

impl Parts {
    /// Where the value of this field goes; none if it is not read.
    pub(crate) fn of(&mut self, field: &str) -> Option<&mut Vec<u8>> {
        Some(match field {
            "index_key" => &mut self.index,
            "status" => &mut self.status,
            "deposed" => &mut self.deposed,
            "provider" => &mut self.provider,
            "schema_version" => &mut self.schema_version,
            "attributes" => &mut self.attributes,
            "attributes_flat" => &mut self.flat,
            "sensitive_attributes" => &mut self.sensitive,
            "identity" => &mut self.identity,
            _ => return None,
        })
    }

    /// Ready for the next instance.
    pub(crate) fn clear(&mut self) {
        for part in [
            &mut self.index,
            &mut self.status,
            &mut self.deposed,
            &mut self.provider,
            &mut self.schema_version,
            &mut self.attributes,
            &mut self.flat,
            &mut self.sensitive,
            &mut self.identity,
        ] {
            part.clear();
            if part.capacity() > KEPT {
                part.shrink_to(0);
            }
        }
    }

    /// The instance.
    pub(crate) fn resolve(&self, resource: &Resource) -> Result<Instance, EntryFault> {
        let at = |wrong: Wrong| wrong.at(resource.address.clone());
        let index = index(&json("index_key", &self.index).map_err(at)?).map_err(at)?;
        let address = address::instance(&resource.address, index.as_ref(), None);
        let at = |wrong: Wrong| wrong.at(address.clone());
        if let Some(wrong) = &resource.wrong {
            return Err(at(wrong.clone()));
        }
        let deposed = deposed(json("deposed", &self.deposed).map_err(at)?).map_err(at)?;
        let address = address::instance(&resource.address, index.as_ref(), deposed.as_deref());
        let at = |wrong: Wrong| wrong.at(address.clone());
        let tainted = tainted(&json("status", &self.status).map_err(at)?).map_err(at)?;
        let provider = self.provider(resource).map_err(at)?;
        let schema_version = match json("schema_version", &self.schema_version).map_err(at)? {
            Value::Null => 0,
            value => value.as_u64().ok_or_else(|| {
                at(Wrong {
                    field: "schema_version",
                    found: shown(&value),
                    accepted: "a whole number from 0",
                })
            })?,
        };
        let attributes = object("attributes", &self.attributes).map_err(at)?;
        let flat = object("attributes_flat", &self.flat).map_err(at)?;
        let identity = object("identity", &self.identity).map_err(at)?;
        // What cannot be read at all makes everything secret, not nothing.
        let sensitive = json("sensitive_attributes", &self.sensitive).unwrap_or(Value::Bool(true));
        let from_flat = attributes.is_none() && flat.is_some();
        let unflattened = || flat.as_ref().map(crate::flat::unflatten);
        Ok(Instance {
            module: resource.module.clone(),
            mode: resource.mode,
            kind: resource.kind.clone(),
            name: resource.name.clone(),
            index,
            provider,
            tainted,
            deposed,
            schema_version,
            attributes: attributes.or_else(unflattened).unwrap_or_default(),
            from_flat,
            sensitive: sensitive::paths(&sensitive),
            identity,
            address,
        })
    }

    /// The instance's own provider, else that of its resource.
    fn provider(&self, resource: &Resource) -> Result<Provider, Wrong> {
        let own = json("provider", &self.provider)?;
        let found = shown(&own);
        let provider = match own {
            Value::Null => resource.provider.clone(),
            Value::String(none) if none.is_empty() => resource.provider.clone(),
            Value::String(text) => Provider::parse(&text),
            _ => None,
        };
        provider.ok_or(Wrong {
            field: "provider",
            found,
            accepted: PROVIDERS,
        })
    }
}

/// The value of a field; null where it is absent.
fn json(field: &'static str, text: &[u8]) -> Result<Value, Wrong> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(text).map_err(|_| Wrong {
        field,
        found: "not readable (a text that is no UTF-8, or a number out of range)".to_owned(),
        accepted: "JSON in UTF-8",
    })
}

fn object(field: &'static str, text: &[u8]) -> Result<Option<Map<String, Value>>, Wrong> {
    match json(field, text)? {
        Value::Null => Ok(None),
        Value::Object(map) => Ok(Some(map)),
        other => Err(Wrong {
            field,
            found: shape(&other).to_owned(),
            accepted: "an object",
        }),
    }
}

fn index(value: &Value) -> Result<Option<Index>, Wrong> {
    let wrong = || Wrong {
        field: "index_key",
        found: shown(value),
        accepted: "a whole number or a text",
    };
    match value {
        Value::Null => Ok(None),
        Value::String(key) => Ok(Some(Index::Key(key.clone()))),
        Value::Number(number) => {
            let text = number.to_string();
            let whole = text.strip_suffix(".0").unwrap_or(&text);
            let number = whole.parse().map_err(|_| wrong())?;
            Ok(Some(Index::Number(number)))
        }
        _ => Err(wrong()),
    }
}

fn tainted(value: &Value) -> Result<bool, Wrong> {
    match value {
        Value::Null => Ok(false),
        Value::String(status) if status.is_empty() => Ok(false),
        Value::String(status) if status == "tainted" => Ok(true),
        other => Err(Wrong {
            field: "status",
            found: shown(other),
            accepted: "\"tainted\" or nothing",
        }),
    }
}

/// Terraform refuses a key that has not eight characters.
fn deposed(value: Value) -> Result<Option<String>, Wrong> {
    match value {
        Value::Null => Ok(None),
        Value::String(key) if key.is_empty() => Ok(None),
        Value::String(key) if key.len() == 8 => Ok(Some(key)),
        other => Err(Wrong {
            field: "deposed",
            found: shown(&other),
            accepted: "a key of eight characters, or nothing",
        }),
    }
}
