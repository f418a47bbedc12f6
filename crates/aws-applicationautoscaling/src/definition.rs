//! Definitions of target tracking policies: JSON in the API's own names to the types of `PutScalingPolicy`.
//!
//! A field that this version does not know is an error: a policy that is made again must be the same.

use aws_sdk_applicationautoscaling::error::BuildError;
use aws_sdk_applicationautoscaling::types::{
    CustomizedMetricSpecification, MetricDimension, MetricStatistic, MetricType,
    PredefinedMetricSpecification, TargetTrackingMetric, TargetTrackingMetricDataQuery,
    TargetTrackingMetricDimension, TargetTrackingMetricStat,
    TargetTrackingScalingPolicyConfiguration,
};
use serde_json::{Map, Value};

pub(crate) const TARGET_TRACKING: &str = "TargetTrackingScaling";
pub(crate) const CONFIGURATION: &str = "TargetTrackingScalingPolicyConfiguration";

type Parsed<T> = Result<T, String>;

/// Reads a definition.
///
/// # Errors
/// Names the field that is unknown, missing or of the wrong type.
pub(crate) fn parse(definition: &Value) -> Parsed<TargetTrackingScalingPolicyConfiguration> {
    let mut fields = Fields::of("definition", definition)?;
    let kind = fields.needed("PolicyType", text)?;
    if kind != TARGET_TRACKING {
        return Err(format!(
            "`PolicyType` is {kind:?}; accepted: {TARGET_TRACKING:?}"
        ));
    }
    let configuration = fields.needed(CONFIGURATION, configuration)?;
    fields.end()?;
    Ok(configuration)
}

fn configuration(value: &Value) -> Parsed<TargetTrackingScalingPolicyConfiguration> {
    let mut fields = Fields::of(CONFIGURATION, value)?;
    let configuration = TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(fields.needed("TargetValue", number)?)
        .set_predefined_metric_specification(
            fields.given("PredefinedMetricSpecification", predefined)?,
        )
        .set_customized_metric_specification(
            fields.given("CustomizedMetricSpecification", customized)?,
        )
        .set_scale_out_cooldown(fields.given("ScaleOutCooldown", integer)?)
        .set_scale_in_cooldown(fields.given("ScaleInCooldown", integer)?)
        .set_disable_scale_in(fields.given("DisableScaleIn", boolean)?);
    fields.end()?;
    configuration.build().map_err(built)
}

fn predefined(value: &Value) -> Parsed<PredefinedMetricSpecification> {
    let mut fields = Fields::of("PredefinedMetricSpecification", value)?;
    let metric = fields.needed("PredefinedMetricType", text)?;
    let specification = PredefinedMetricSpecification::builder()
        .predefined_metric_type(MetricType::from(metric.as_str()))
        .set_resource_label(fields.given("ResourceLabel", text)?);
    fields.end()?;
    specification.build().map_err(built)
}

fn customized(value: &Value) -> Parsed<CustomizedMetricSpecification> {
    let mut fields = Fields::of("CustomizedMetricSpecification", value)?;
    let statistic = fields.given("Statistic", text)?;
    let specification = CustomizedMetricSpecification::builder()
        .set_metric_name(fields.given("MetricName", text)?)
        .set_namespace(fields.given("Namespace", text)?)
        .set_dimensions(fields.given("Dimensions", |value| list(value, dimension))?)
        .set_statistic(statistic.map(|name| MetricStatistic::from(name.as_str())))
        .set_unit(fields.given("Unit", text)?)
        .set_metrics(fields.given("Metrics", |value| list(value, query))?);
    fields.end()?;
    Ok(specification.build())
}

fn dimension(value: &Value) -> Parsed<MetricDimension> {
    let mut fields = Fields::of("Dimensions", value)?;
    let dimension = MetricDimension::builder()
        .name(fields.needed("Name", text)?)
        .value(fields.needed("Value", text)?);
    fields.end()?;
    dimension.build().map_err(built)
}

fn query(value: &Value) -> Parsed<TargetTrackingMetricDataQuery> {
    let mut fields = Fields::of("Metrics", value)?;
    let query = TargetTrackingMetricDataQuery::builder()
        .id(fields.needed("Id", text)?)
        .set_expression(fields.given("Expression", text)?)
        .set_label(fields.given("Label", text)?)
        .set_metric_stat(fields.given("MetricStat", stat)?)
        .set_return_data(fields.given("ReturnData", boolean)?);
    fields.end()?;
    query.build().map_err(built)
}

fn stat(value: &Value) -> Parsed<TargetTrackingMetricStat> {
    let mut fields = Fields::of("MetricStat", value)?;
    let stat = TargetTrackingMetricStat::builder()
        .metric(fields.needed("Metric", metric)?)
        .stat(fields.needed("Stat", text)?)
        .set_unit(fields.given("Unit", text)?);
    fields.end()?;
    stat.build().map_err(built)
}

fn metric(value: &Value) -> Parsed<TargetTrackingMetric> {
    let mut fields = Fields::of("Metric", value)?;
    let metric = TargetTrackingMetric::builder()
        .set_metric_name(fields.given("MetricName", text)?)
        .set_namespace(fields.given("Namespace", text)?)
        .set_dimensions(fields.given("Dimensions", |value| list(value, metric_dimension))?);
    fields.end()?;
    Ok(metric.build())
}

fn metric_dimension(value: &Value) -> Parsed<TargetTrackingMetricDimension> {
    let mut fields = Fields::of("Dimensions", value)?;
    let dimension = TargetTrackingMetricDimension::builder()
        .name(fields.needed("Name", text)?)
        .value(fields.needed("Value", text)?);
    fields.end()?;
    dimension.build().map_err(built)
}

fn text(value: &Value) -> Parsed<String> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("is {value}; accepted: a text"))
}

fn number(value: &Value) -> Parsed<f64> {
    value
        .as_f64()
        .ok_or_else(|| format!("is {value}; accepted: a number"))
}

fn integer(value: &Value) -> Parsed<i32> {
    let integer = value
        .as_i64()
        .and_then(|integer| i32::try_from(integer).ok());
    integer.ok_or_else(|| format!("is {value}; accepted: a whole number of 32 bits"))
}

fn boolean(value: &Value) -> Parsed<bool> {
    value
        .as_bool()
        .ok_or_else(|| format!("is {value}; accepted: true or false"))
}

fn list<T>(value: &Value, item: impl Fn(&Value) -> Parsed<T>) -> Parsed<Vec<T>> {
    let items = value
        .as_array()
        .ok_or_else(|| format!("is {value}; accepted: a list"))?;
    items.iter().map(item).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn built(error: BuildError) -> String {
    error.to_string()
}

/// The fields of one object; whoever reads them reads all of them.
struct Fields {
    object: &'static str,
    left: Map<String, Value>,
}

impl Fields {
    fn of(object: &'static str, value: &Value) -> Parsed<Self> {
        match value {
            Value::Object(fields) => Ok(Self {
                object,
                left: fields.clone(),
            }),
            other => Err(format!("`{object}` is {other}; accepted: an object")),
        }
    }

    fn given<T>(&mut self, field: &str, read: impl Fn(&Value) -> Parsed<T>) -> Parsed<Option<T>> {
        match self.left.remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(&value)
                .map(Some)
                .map_err(|reason| format!("`{field}`: {reason}")),
        }
    }

    fn needed<T>(&mut self, field: &str, read: impl Fn(&Value) -> Parsed<T>) -> Parsed<T> {
        let object = self.object;
        self.given(field, read)?
            .ok_or_else(|| format!("`{object}` lacks `{field}`"))
    }

    fn end(&self) -> Parsed<()> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(field) => Err(format!("`{}` has the unknown field `{field}`", self.object)),
        }
    }
}
