//! Endpoints.

use super::super::{Attr, Rule, Type};
use super::{ARN, ID, NAME, REGION, TAGS, TAGS_ALL, named};

const SIZE: Rule = Rule::Block(&[
    Attr::new("type", Rule::Scalar).availability(),
    Attr::new("value", Rule::Scalar).availability(),
]);
const EXECUTION_TIMEOUT: Attr =
    Attr::new("maximum_execution_timeout_in_seconds", Rule::Scalar).availability();
const WAIT: Attr = Attr::new("wait_interval_in_seconds", Rule::Scalar).availability();

pub(super) const ENDPOINT: Type = named(
    "aws_sagemaker_endpoint",
    &[
        ARN,
        ID,
        NAME,
        REGION,
        TAGS,
        TAGS_ALL,
        Attr::new("endpoint_config_name", Rule::Scalar).security(),
        Attr::new(
            "deployment_config",
            Rule::Block(&[
                Attr::new(
                    "auto_rollback_configuration",
                    Rule::Block(&[Attr::new(
                        "alarms",
                        Rule::Blocks {
                            by: &["alarm_name"],
                            attributes: &[Attr::new("alarm_name", Rule::Scalar).availability()],
                        },
                    )
                    .availability()]),
                )
                .availability(),
                Attr::new(
                    "blue_green_update_policy",
                    Rule::Block(&[
                        EXECUTION_TIMEOUT,
                        Attr::new("termination_wait_in_seconds", Rule::Scalar).availability(),
                        Attr::new(
                            "traffic_routing_configuration",
                            Rule::Block(&[
                                Attr::new("type", Rule::Scalar).availability(),
                                WAIT,
                                Attr::new("canary_size", SIZE).availability(),
                                Attr::new("linear_step_size", SIZE).availability(),
                            ]),
                        )
                        .availability(),
                    ]),
                )
                .availability(),
                Attr::new(
                    "rolling_update_policy",
                    Rule::Block(&[
                        EXECUTION_TIMEOUT,
                        WAIT,
                        Attr::new("maximum_batch_size", SIZE).availability(),
                        Attr::new("rollback_maximum_batch_size", SIZE).availability(),
                    ]),
                )
                .availability(),
            ]),
        )
        .availability(),
    ],
);
