//! SageMaker hosting: models, endpoint configurations, endpoints, inference components and their tags.
//!
//! moto 5.2.5 knows no `UpdateEndpoint` and no inference components, needs a model in every variant, refuses instance
//! types of 2022 and later (`ml.g5`), forgets `AsyncInferenceConfig` and weights in `DescribeEndpoint`, has no statuses in transition and scales a
//! real-time variant to zero. Other operations of SageMaker go to moto.
//!
//! Sources: the API reference (`DescribeEndpoint`, `UpdateEndpointWeightsAndCapacities`, …) and the model of botocore for
//! shapes; the guide's page on deleting an endpoint for what happens to its scalable targets.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::call::Call;
use super::super::reply::AwsError;
use super::application_autoscaling::Scaling;
use super::{ACCOUNT, Transitions, now, pages, required};

type Result = std::result::Result<Value, AwsError>;

/// The hosting resources of one region; each is kept as the output of its Describe call.
#[derive(Debug, Clone, Default)]
pub(crate) struct SageMaker {
    models: BTreeMap<String, Value>,
    configs: BTreeMap<String, Value>,
    endpoints: BTreeMap<String, Endpoint>,
    components: BTreeMap<String, Value>,
    tags: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug, Clone)]
struct Endpoint {
    described: Map<String, Value>,
    // Describe calls that still see the transition; `None` when settled, `u32::MAX` when `settle` ends it.
    left: Option<u32>,
}

impl Endpoint {
    fn status(&self) -> &str {
        self.described
            .get("EndpointStatus")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.described.insert(field.to_owned(), value.into());
    }

    fn variants(&mut self) -> impl Iterator<Item = &mut Map<String, Value>> {
        let lists = self.described.iter_mut().filter(|(name, _)| {
            matches!(
                name.as_str(),
                "ProductionVariants" | "ShadowProductionVariants"
            )
        });
        lists
            .filter_map(|(_, list)| list.as_array_mut())
            .flatten()
            .filter_map(Value::as_object_mut)
    }

    fn begin(&mut self, status: &str, transitions: Transitions) {
        self.set("EndpointStatus", status);
        self.set("LastModifiedTime", now());
        self.left = Some(match transitions {
            Transitions::Immediate => 0,
            Transitions::AfterDescribes(calls) => calls,
            Transitions::Manual => u32::MAX,
        });
    }

    /// Ends a transition: what is desired is current now.
    fn finish(&mut self) {
        self.left = None;
        self.set("EndpointStatus", "InService");
        for variant in self.variants() {
            for (current, desired) in [
                ("CurrentInstanceCount", "DesiredInstanceCount"),
                ("CurrentWeight", "DesiredWeight"),
            ] {
                if let Some(value) = variant.get(desired).cloned() {
                    variant.insert(current.to_owned(), value);
                }
            }
        }
    }
}

/// Answers a call of SageMaker's hosting part; `None` for what moto serves.
pub(crate) fn handle(
    state: &mut SageMaker,
    scaling: &mut Scaling,
    transitions: Transitions,
    call: &Call,
) -> Option<Result> {
    Some(match call.operation.as_str() {
        "CreateModel" => state.create_model(call),
        "DescribeModel" => known(&state.models, call, "ModelName", "model"),
        "DeleteModel" => remove(
            &mut state.models,
            &mut state.tags,
            call,
            "ModelName",
            "model",
        ),
        "ListModels" => summaries(
            &state.models,
            call,
            "Models",
            &["ModelName", "ModelArn", "CreationTime"],
        ),
        "CreateEndpointConfig" => state.create_config(call),
        "DescribeEndpointConfig" => known(
            &state.configs,
            call,
            "EndpointConfigName",
            "endpoint-config",
        ),
        "DeleteEndpointConfig" => remove(
            &mut state.configs,
            &mut state.tags,
            call,
            "EndpointConfigName",
            "endpoint-config",
        ),
        "ListEndpointConfigs" => summaries(
            &state.configs,
            call,
            "EndpointConfigs",
            &["EndpointConfigName", "EndpointConfigArn", "CreationTime"],
        ),
        "CreateEndpoint" => state.create_endpoint(call, transitions),
        "DescribeEndpoint" => state.describe_endpoint(call),
        "UpdateEndpoint" => state.update_endpoint(call, transitions),
        "UpdateEndpointWeightsAndCapacities" => state.update_weights(call, transitions),
        "DeleteEndpoint" => state.delete_endpoint(call, scaling, transitions),
        "ListEndpoints" => state.list_endpoints(call),
        "CreateInferenceComponent" => state.create_component(call),
        "DescribeInferenceComponent" => known(
            &state.components,
            call,
            "InferenceComponentName",
            "inference-component",
        ),
        "DeleteInferenceComponent" => remove(
            &mut state.components,
            &mut state.tags,
            call,
            "InferenceComponentName",
            "inference-component",
        ),
        "UpdateInferenceComponentRuntimeConfig" => state.update_copies(call),
        "ListInferenceComponents" => state.list_components(call),
        "ListTags" | "AddTags" | "DeleteTags" => return state.handle_tags(call),
        _ => return None,
    })
}

fn arn(call: &Call, kind: &str, name: &str) -> String {
    format!(
        "arn:aws:sagemaker:{}:{ACCOUNT}:{kind}/{}",
        call.region,
        name.to_lowercase()
    )
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// SageMaker has no "not found" error for these: <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html>.
fn missing(call: &Call, kind: &str, name: &str) -> AwsError {
    invalid(format!(
        "Could not find {} \"{}\".",
        kind.replace('-', " "),
        arn(call, kind, name)
    ))
}

fn known(items: &BTreeMap<String, Value>, call: &Call, field: &str, kind: &str) -> Result {
    let name = required(call, field)?;
    items
        .get(name)
        .cloned()
        .ok_or_else(|| missing(call, kind, name))
}

fn remove(
    items: &mut BTreeMap<String, Value>,
    tags: &mut BTreeMap<String, BTreeMap<String, String>>,
    call: &Call,
    field: &str,
    kind: &str,
) -> Result {
    let name = required(call, field)?;
    items
        .remove(name)
        .ok_or_else(|| missing(call, kind, name))?;
    tags.remove(&arn(call, kind, name));
    Ok(json!({}))
}

fn summaries(items: &BTreeMap<String, Value>, call: &Call, list: &str, fields: &[&str]) -> Result {
    let contains = call.param("NameContains").unwrap_or_default();
    let items = items
        .iter()
        .filter(|(name, _)| name.contains(contains))
        .map(|(_, item)| pick(item, fields));
    pages::page(call, list, items.collect(), 10)
}

fn pick(item: &Value, fields: &[&str]) -> Value {
    let kept = fields
        .iter()
        .filter_map(|field| Some(((*field).to_owned(), item.get(*field)?.clone())));
    Value::Object(kept.collect::<Map<_, _>>())
}

/// The input without its tags, with ARN and creation time: what the Describe call gives back.
fn described(call: &Call, arn_field: &str, arn: &str) -> Map<String, Value> {
    let mut item = call.input.as_object().cloned().unwrap_or_default();
    item.remove("Tags");
    item.insert(arn_field.to_owned(), Value::from(arn));
    item.insert("CreationTime".to_owned(), Value::from(now()));
    item
}

fn list<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(field)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

impl SageMaker {
    fn create_model(&mut self, call: &Call) -> Result {
        let name = required(call, "ModelName")?;
        let arn = arn(call, "model", name);
        if self.models.contains_key(name) {
            return Err(invalid(format!(
                "Cannot create already existing model \"{arn}\"."
            )));
        }
        self.models.insert(
            name.to_owned(),
            Value::Object(described(call, "ModelArn", &arn)),
        );
        self.add_tags(&arn, &call.input);
        Ok(json!({"ModelArn": arn}))
    }

    fn create_config(&mut self, call: &Call) -> Result {
        let name = required(call, "EndpointConfigName")?;
        let arn = arn(call, "endpoint-config", name);
        if self.configs.contains_key(name) {
            return Err(invalid(format!(
                "Cannot create already existing endpoint configuration \"{arn}\"."
            )));
        }
        let mut config = described(call, "EndpointConfigArn", &arn);
        for variants in ["ProductionVariants", "ShadowProductionVariants"] {
            for variant in config
                .get_mut(variants)
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
                .filter_map(Value::as_object_mut)
            {
                let model = variant.get("ModelName").and_then(Value::as_str);
                if let Some(model) = model.filter(|model| !self.models.contains_key(*model)) {
                    return Err(missing(call, "model", model));
                }
                // Without a model the variant hosts inference components, which need the execution role.
                if model.is_none()
                    && !call
                        .input
                        .get("ExecutionRoleArn")
                        .is_some_and(Value::is_string)
                {
                    return Err(invalid(
                        "ExecutionRoleArn is required when no ModelName is given in the production variants.",
                    ));
                }
                variant
                    .entry("InitialVariantWeight")
                    .or_insert_with(|| Value::from(1.0));
            }
        }
        if list(&call.input, "ProductionVariants").next().is_none() {
            return Err(invalid("ProductionVariants must have at least one member"));
        }
        self.configs.insert(name.to_owned(), Value::Object(config));
        self.add_tags(&arn, &call.input);
        Ok(json!({"EndpointConfigArn": arn}))
    }

    fn config(&self, call: &Call) -> std::result::Result<Value, AwsError> {
        let name = required(call, "EndpointConfigName")?;
        self.configs
            .get(name)
            .cloned()
            .ok_or_else(|| missing(call, "endpoint-config", name))
    }

    fn create_endpoint(&mut self, call: &Call, transitions: Transitions) -> Result {
        let name = required(call, "EndpointName")?;
        let config = self.config(call)?;
        let arn = arn(call, "endpoint", name);
        if self.endpoints.contains_key(name) {
            return Err(invalid(format!(
                "Cannot create already existing endpoint \"{arn}\"."
            )));
        }
        let mut item = Map::new();
        item.insert("EndpointName".to_owned(), Value::from(name));
        item.insert("EndpointArn".to_owned(), Value::from(arn.as_str()));
        item.insert("CreationTime".to_owned(), Value::from(now()));
        let mut endpoint = Endpoint {
            described: item,
            left: None,
        };
        deploy(&mut endpoint, &config, call, |_| None);
        endpoint.begin("Creating", transitions);
        if endpoint.left == Some(0) {
            endpoint.finish();
        }
        self.endpoints.insert(name.to_owned(), endpoint);
        self.add_tags(&arn, &call.input);
        Ok(json!({"EndpointArn": arn}))
    }

    /// The endpoint if it is `InService`; AWS refuses updates and deletions in transition.
    fn idle(&mut self, call: &Call) -> std::result::Result<&mut Endpoint, AwsError> {
        let name = required(call, "EndpointName")?;
        let arn = arn(call, "endpoint", name);
        let endpoint = self
            .endpoints
            .get_mut(name)
            .ok_or_else(|| missing(call, "endpoint", name))?;
        if endpoint.status() != "InService" {
            return Err(invalid(format!(
                "Cannot update in-progress endpoint \"{arn}\"."
            )));
        }
        Ok(endpoint)
    }

    fn describe_endpoint(&mut self, call: &Call) -> Result {
        let name = required(call, "EndpointName")?;
        let endpoint = self
            .endpoints
            .get_mut(name)
            .ok_or_else(|| missing(call, "endpoint", name))?;
        let deleting = endpoint.status() == "Deleting";
        match endpoint.left {
            Some(0) if deleting => {
                self.endpoints.remove(name);
                return Err(missing(call, "endpoint", name));
            }
            Some(0) => endpoint.finish(),
            Some(left) if left < u32::MAX => endpoint.left = Some(left - 1),
            _ => {}
        }
        Ok(Value::Object(endpoint.described.clone()))
    }

    fn update_endpoint(&mut self, call: &Call, transitions: Transitions) -> Result {
        let config = self.config(call)?;
        let retain = call.input["RetainAllVariantProperties"] == true;
        let endpoint = self.idle(call)?;
        let former: BTreeMap<String, Map<String, Value>> = endpoint
            .variants()
            .filter_map(|variant| {
                Some((
                    variant.get("VariantName")?.as_str()?.to_owned(),
                    variant.clone(),
                ))
            })
            .collect();
        deploy(endpoint, &config, call, |variant| {
            former.get(variant).filter(|_| retain).cloned()
        });
        endpoint.begin("Updating", transitions);
        if endpoint.left == Some(0) {
            endpoint.finish();
        }
        Ok(json!({"EndpointArn": endpoint.described.get("EndpointArn")}))
    }

    fn update_weights(&mut self, call: &Call, transitions: Transitions) -> Result {
        let endpoint = self.idle(call)?;
        let asynchronous = endpoint.described.contains_key("AsyncInferenceConfig");
        let wanted: Vec<&Value> = list(&call.input, "DesiredWeightsAndCapacities").collect();
        if wanted.is_empty() {
            return Err(invalid(
                "DesiredWeightsAndCapacities must have at least one member",
            ));
        }
        for change in &wanted {
            let found = endpoint
                .variants()
                .find(|variant| variant.get("VariantName") == change.get("VariantName"))
                .map(|variant| variant.clone());
            let Some(variant) = found else {
                return Err(invalid(format!(
                    "Could not find variant {} of the endpoint.",
                    change["VariantName"]
                )));
            };
            let count = change.get("DesiredInstanceCount").and_then(Value::as_i64);
            if count.is_some() && variant.contains_key("CurrentServerlessConfig") {
                return Err(invalid(
                    "Instance count cannot be updated for serverless variants.",
                ));
            }
            if count == Some(0) && !asynchronous {
                return Err(invalid(
                    "Minimum instance count is required to be 1 or higher for a variant of a real-time endpoint.",
                ));
            }
        }
        for change in wanted {
            for variant in endpoint
                .variants()
                .filter(|variant| variant.get("VariantName") == change.get("VariantName"))
            {
                for field in ["DesiredInstanceCount", "DesiredWeight"] {
                    if let Some(value) = change.get(field) {
                        variant.insert(field.to_owned(), value.clone());
                    }
                }
            }
        }
        endpoint.begin("Updating", transitions);
        if endpoint.left == Some(0) {
            endpoint.finish();
        }
        Ok(json!({"EndpointArn": endpoint.described.get("EndpointArn")}))
    }

    /// Deletes; Application Auto Scaling loses the targets of the variants "without notifying you":
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-delete-with-scaling.html>.
    fn delete_endpoint(
        &mut self,
        call: &Call,
        scaling: &mut Scaling,
        transitions: Transitions,
    ) -> Result {
        let name = required(call, "EndpointName")?;
        let arn = arn(call, "endpoint", name);
        let endpoint = self
            .endpoints
            .get_mut(name)
            .ok_or_else(|| missing(call, "endpoint", name))?;
        if matches!(
            endpoint.status(),
            "Creating" | "Updating" | "SystemUpdating" | "RollingBack" | "Deleting"
        ) {
            return Err(invalid(format!(
                "Cannot update in-progress endpoint \"{arn}\"."
            )));
        }
        endpoint.begin("Deleting", transitions);
        if endpoint.left == Some(0) {
            self.endpoints.remove(name);
        }
        self.tags.remove(&arn);
        scaling.forget_resource(&format!("endpoint/{name}/"));
        Ok(json!({}))
    }

    fn list_endpoints(&mut self, call: &Call) -> Result {
        const FIELDS: [&str; 5] = [
            "EndpointName",
            "EndpointArn",
            "CreationTime",
            "LastModifiedTime",
            "EndpointStatus",
        ];
        let contains = call.param("NameContains").unwrap_or_default();
        let status = call.param("StatusEquals");
        let items = self.endpoints.iter().filter(|(name, endpoint)| {
            name.contains(contains) && status.is_none_or(|status| endpoint.status() == status)
        });
        let items = items
            .map(|(_, endpoint)| pick(&Value::Object(endpoint.described.clone()), &FIELDS))
            .collect();
        pages::page(call, "Endpoints", items, 10)
    }

    fn create_component(&mut self, call: &Call) -> Result {
        let name = required(call, "InferenceComponentName")?;
        let endpoint = required(call, "EndpointName")?;
        if !self.endpoints.contains_key(endpoint) {
            return Err(missing(call, "endpoint", endpoint));
        }
        let arn = arn(call, "inference-component", name);
        let mut item = described(call, "InferenceComponentArn", &arn);
        let copies = call.input["RuntimeConfig"]["CopyCount"]
            .as_i64()
            .unwrap_or(1);
        item.insert(
            "RuntimeConfig".to_owned(),
            json!({"CurrentCopyCount": copies, "DesiredCopyCount": copies}),
        );
        item.insert(
            "EndpointArn".to_owned(),
            Value::from(self::arn(call, "endpoint", endpoint)),
        );
        item.insert(
            "InferenceComponentStatus".to_owned(),
            Value::from("InService"),
        );
        item.insert("LastModifiedTime".to_owned(), Value::from(now()));
        self.components.insert(name.to_owned(), Value::Object(item));
        self.add_tags(&arn, &call.input);
        Ok(json!({"InferenceComponentArn": arn}))
    }

    fn update_copies(&mut self, call: &Call) -> Result {
        let name = required(call, "InferenceComponentName")?;
        let copies = call.input["DesiredRuntimeConfig"]["CopyCount"].as_i64();
        let component = self.components.get_mut(name).and_then(Value::as_object_mut);
        let component = component.ok_or_else(|| missing(call, "inference-component", name))?;
        component.insert(
            "RuntimeConfig".to_owned(),
            json!({"CurrentCopyCount": copies, "DesiredCopyCount": copies}),
        );
        Ok(json!({"InferenceComponentArn": component.get("InferenceComponentArn")}))
    }

    fn list_components(&self, call: &Call) -> Result {
        const FIELDS: [&str; 8] = [
            "CreationTime",
            "InferenceComponentArn",
            "InferenceComponentName",
            "EndpointArn",
            "EndpointName",
            "VariantName",
            "InferenceComponentStatus",
            "LastModifiedTime",
        ];
        let same = |item: &Value, field: &str, filter: &str| {
            call.param(filter)
                .is_none_or(|wanted| item[field] == wanted)
        };
        let items = self.components.values().filter(|item| {
            same(item, "EndpointName", "EndpointNameEquals")
                && same(item, "VariantName", "VariantNameEquals")
        });
        pages::page(
            call,
            "InferenceComponents",
            items.map(|item| pick(item, &FIELDS)).collect(),
            10,
        )
    }

    fn handle_tags(&mut self, call: &Call) -> Option<Result> {
        let arn = call.param("ResourceArn")?.to_owned();
        let kind = arn
            .split(':')
            .nth(5)
            .and_then(|rest| rest.split('/').next())
            .unwrap_or_default();
        if !matches!(
            kind,
            "model" | "endpoint-config" | "endpoint" | "inference-component"
        ) {
            return None;
        }
        if !self.exists(&arn) {
            return Some(Err(invalid(format!("Could not find resource \"{arn}\"."))));
        }
        Some(match call.operation.as_str() {
            "ListTags" => pages::page(call, "Tags", self.tags_of(&arn), 50),
            "AddTags" => {
                self.add_tags(&arn, &call.input);
                Ok(json!({"Tags": self.tags_of(&arn)}))
            }
            _ => {
                if let Some(tags) = self.tags.get_mut(&arn) {
                    tags.retain(|key, _| {
                        !list(&call.input, "TagKeys").any(|removed| removed == key.as_str())
                    });
                }
                Ok(json!({}))
            }
        })
    }

    fn exists(&self, arn: &str) -> bool {
        let has = |items: &BTreeMap<String, Value>, field: &str| {
            items.values().any(|item| item[field] == arn)
        };
        has(&self.models, "ModelArn")
            || has(&self.configs, "EndpointConfigArn")
            || has(&self.components, "InferenceComponentArn")
            || self.endpoints.values().any(|endpoint| {
                endpoint
                    .described
                    .get("EndpointArn")
                    .is_some_and(|found| found == arn)
            })
    }

    fn add_tags(&mut self, arn: &str, input: &Value) {
        let tags = self.tags.entry(arn.to_owned()).or_default();
        for tag in list(input, "Tags") {
            if let (Some(key), Some(value)) = (tag["Key"].as_str(), tag["Value"].as_str()) {
                tags.insert(key.to_owned(), value.to_owned());
            }
        }
    }

    fn tags_of(&self, arn: &str) -> Vec<Value> {
        self.tags
            .get(arn)
            .into_iter()
            .flatten()
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect()
    }

    /// Kind, ARN and tags of all tagged resources.
    pub(crate) fn tagged(&self) -> Vec<(String, String, Vec<Value>)> {
        let tagged = self.tags.iter().filter(|(_, tags)| !tags.is_empty());
        tagged
            .map(|(arn, _)| {
                let kind = arn
                    .split(':')
                    .nth(5)
                    .and_then(|rest| rest.split('/').next())
                    .unwrap_or_default();
                (kind.to_owned(), arn.clone(), self.tags_of(arn))
            })
            .collect()
    }

    pub(crate) fn settle(&mut self) {
        self.endpoints
            .retain(|_, endpoint| endpoint.left.is_none() || endpoint.status() != "Deleting");
        for endpoint in self
            .endpoints
            .values_mut()
            .filter(|endpoint| endpoint.left.is_some())
        {
            endpoint.finish();
        }
    }

    pub(crate) fn set_status(&mut self, name: &str, status: &str) -> bool {
        self.endpoints.get_mut(name).is_some_and(|endpoint| {
            endpoint.left = None;
            endpoint.set("EndpointStatus", status);
            true
        })
    }

    /// Whether the endpoint has the variant; used by Application Auto Scaling.
    pub(crate) fn has_variant(&mut self, endpoint: &str, variant: &str) -> bool {
        self.endpoints.get_mut(endpoint).is_some_and(|endpoint| {
            endpoint
                .variants()
                .any(|found| found.get("VariantName").is_some_and(|name| name == variant))
        })
    }

    /// Brings a variant's count within `min..=max`, as a new registration does.
    pub(crate) fn clamp(&mut self, endpoint: &str, variant: &str, min: i64, max: i64) {
        let Some(endpoint) = self.endpoints.get_mut(endpoint) else {
            return;
        };
        for found in endpoint
            .variants()
            .filter(|found| found.get("VariantName").is_some_and(|name| name == variant))
        {
            let Some(count) = found.get("DesiredInstanceCount").and_then(Value::as_i64) else {
                continue;
            };
            let clamped = count.max(min).min(max);
            found.insert("DesiredInstanceCount".to_owned(), Value::from(clamped));
            found.insert("CurrentInstanceCount".to_owned(), Value::from(clamped));
        }
    }

    pub(crate) fn dump(&self) -> Value {
        let endpoints = self
            .endpoints
            .iter()
            .map(|(name, endpoint)| (name.clone(), Value::Object(endpoint.described.clone())));
        json!({
            "endpoints": endpoints.collect::<Map<_, _>>(),
            "endpoint_configs": self.configs,
            "inference_components": self.components,
            "models": self.models,
            "tags": self.tags,
        })
    }
}

/// Puts a configuration on an endpoint; `former` gives the variant whose count and weight are retained.
fn deploy(
    endpoint: &mut Endpoint,
    config: &Value,
    call: &Call,
    former: impl Fn(&str) -> Option<Map<String, Value>>,
) {
    endpoint.set("EndpointConfigName", config["EndpointConfigName"].clone());
    endpoint.described.remove("LastDeploymentConfig");
    if let Some(deployment) = call.input.get("DeploymentConfig") {
        endpoint.set("LastDeploymentConfig", deployment.clone());
    }
    for field in [
        "AsyncInferenceConfig",
        "ExplainerConfig",
        "DataCaptureConfig",
    ] {
        endpoint.described.remove(field);
        if let Some(value) = config.get(field) {
            endpoint.set(field, value.clone());
        }
    }
    if let Some(capture) = endpoint
        .described
        .get_mut("DataCaptureConfig")
        .and_then(Value::as_object_mut)
    {
        // DescribeEndpoint gives a summary of the configuration's capture options.
        let summary = json!({
            "EnableCapture": capture.get("EnableCapture"),
            "CaptureStatus": if capture.get("EnableCapture").is_some_and(|on| on == true) { "Started" } else { "Stopped" },
            "CurrentSamplingPercentage": capture.get("InitialSamplingPercentage"),
            "DestinationS3Uri": capture.get("DestinationS3Uri"),
            "KmsKeyId": capture.get("KmsKeyId").cloned().unwrap_or_else(|| Value::from("")),
        });
        endpoint.set("DataCaptureConfig", summary);
    }
    for variants in ["ProductionVariants", "ShadowProductionVariants"] {
        endpoint.described.remove(variants);
        let summaries: Vec<Value> = list(config, variants)
            .map(|variant| summary(variant, &former))
            .collect();
        if !summaries.is_empty() {
            endpoint.set(variants, summaries);
        }
    }
}

fn summary(variant: &Value, former: &impl Fn(&str) -> Option<Map<String, Value>>) -> Value {
    let name = variant["VariantName"].as_str().unwrap_or_default();
    let retained = former(name).unwrap_or_default();
    let mut summary = Map::new();
    summary.insert("VariantName".to_owned(), Value::from(name));
    let weight = retained
        .get("DesiredWeight")
        .or_else(|| variant.get("InitialVariantWeight"))
        .cloned();
    for field in ["CurrentWeight", "DesiredWeight"] {
        summary.insert(
            field.to_owned(),
            weight.clone().unwrap_or_else(|| Value::from(1.0)),
        );
    }
    if let Some(serverless) = variant.get("ServerlessConfig") {
        for field in ["CurrentServerlessConfig", "DesiredServerlessConfig"] {
            summary.insert(field.to_owned(), serverless.clone());
        }
    } else {
        let count = retained
            .get("DesiredInstanceCount")
            .or_else(|| variant.get("InitialInstanceCount"))
            .cloned();
        for field in ["CurrentInstanceCount", "DesiredInstanceCount"] {
            summary.insert(
                field.to_owned(),
                count.clone().unwrap_or_else(|| Value::from(1)),
            );
        }
    }
    for field in ["ManagedInstanceScaling", "RoutingConfig"] {
        if let Some(value) = variant.get(field) {
            summary.insert(field.to_owned(), value.clone());
        }
    }
    Value::Object(summary)
}
