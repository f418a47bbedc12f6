//! Scaling policies of all kinds.

use super::{REGION, scalar};
use crate::catalog::{Absent, Attr, Key, Rule, Type};

pub(super) const POLICY: Type = Type {
    name: "aws_autoscaling_policy",
    key: Key::Joined(&["autoscaling_group_name", "name"]),
    attributes: &[
        scalar("adjustment_type").availability(),
        scalar("autoscaling_group_name"),
        scalar("cooldown").availability(),
        Attr::new("enabled", Rule::Scalar)
            .absent(Absent::Is("true"))
            .availability(),
        scalar("estimated_instance_warmup").availability(),
        scalar("metric_aggregation_type").availability(),
        scalar("min_adjustment_magnitude").availability(),
        scalar("name"),
        Attr::new("policy_type", Rule::Scalar)
            .absent(Absent::Is("\"SimpleScaling\""))
            .availability(),
        scalar("scaling_adjustment").availability(),
        Attr::new(
            "step_adjustment",
            Rule::Blocks {
                by: &[],
                attributes: &[
                    // No bound is not the bound zero.
                    Attr::new("metric_interval_lower_bound", Rule::Scalar).absent(Absent::Empty),
                    Attr::new("metric_interval_upper_bound", Rule::Scalar).absent(Absent::Empty),
                    scalar("scaling_adjustment"),
                ],
            },
        )
        .availability(),
        Attr::new(
            "target_tracking_configuration",
            Rule::Block(TARGET_TRACKING),
        )
        .availability(),
        Attr::new("predictive_scaling_configuration", Rule::Block(PREDICTIVE)).availability(),
        REGION,
    ],
    global: false,
    unmanaged: false,
};

const PREDEFINED: Rule = Rule::Block(&[
    scalar("predefined_metric_type").availability(),
    scalar("resource_label").availability(),
]);

const DIMENSIONS: Rule = Rule::Blocks {
    by: &["name"],
    attributes: &[
        scalar("name"),
        Attr::new("value", Rule::Scalar).absent(Absent::Empty),
    ],
};

const METRIC: Rule = Rule::Block(&[
    Attr::new("dimensions", DIMENSIONS).availability(),
    scalar("metric_name").availability(),
    scalar("namespace").availability(),
]);

const TARGET_TRACKING: &[Attr] = &[
    Attr::new(
        "customized_metric_specification",
        Rule::Block(&[
            Attr::new("metric_dimension", DIMENSIONS).availability(),
            scalar("metric_name").availability(),
            Attr::new(
                "metrics",
                Rule::Blocks {
                    by: &["id"],
                    attributes: &[
                        scalar("expression").availability(),
                        scalar("id"),
                        scalar("label"),
                        Attr::new(
                            "metric_stat",
                            Rule::Block(&[
                                Attr::new("metric", METRIC),
                                scalar("period").availability(),
                                scalar("stat").availability(),
                                scalar("unit"),
                            ]),
                        ),
                        Attr::new("return_data", Rule::Scalar).absent(Absent::Is("true")),
                    ],
                },
            )
            .availability(),
            scalar("namespace").availability(),
            scalar("period").availability(),
            scalar("statistic").availability(),
            scalar("unit"),
        ]),
    ),
    scalar("disable_scale_in").cost(),
    Attr::new("predefined_metric_specification", PREDEFINED),
    scalar("target_value").availability(),
];

const QUERIES: Rule = Rule::Block(&[Attr::new(
    "metric_data_queries",
    Rule::Blocks {
        by: &["id"],
        attributes: &[
            scalar("expression").availability(),
            scalar("id"),
            scalar("label"),
            Attr::new(
                "metric_stat",
                Rule::Block(&[
                    Attr::new("metric", METRIC),
                    scalar("stat").availability(),
                    scalar("unit"),
                ]),
            ),
            Attr::new("return_data", Rule::Scalar).absent(Absent::Is("true")),
        ],
    },
)
.availability()]);

const PREDICTIVE: &[Attr] = &[
    scalar("max_capacity_breach_behavior")
        .absent(Absent::Is("\"HonorMaxCapacity\""))
        .cost(),
    scalar("max_capacity_buffer").cost(),
    Attr::new(
        "metric_specification",
        Rule::Block(&[
            Attr::new("customized_capacity_metric_specification", QUERIES),
            Attr::new("customized_load_metric_specification", QUERIES),
            Attr::new("customized_scaling_metric_specification", QUERIES),
            Attr::new("predefined_load_metric_specification", PREDEFINED),
            Attr::new("predefined_metric_pair_specification", PREDEFINED),
            Attr::new("predefined_scaling_metric_specification", PREDEFINED),
            scalar("target_value").availability(),
        ]),
    ),
    scalar("mode")
        .absent(Absent::Is("\"ForecastOnly\""))
        .availability(),
    scalar("scheduling_buffer_time").absent(Absent::Is("300")),
];
