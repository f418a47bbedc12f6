locals {
  endpoints = {
    chat = {
      type = "ml.g4dn.xlarge"
      tags = { "afterhours:schedule" = "office" }
    }
    ranking = {
      type = "ml.m5.large"
      tags = { AutoShutdown = "True" }
    }
    fraud = {
      type = "ml.m5.xlarge"
      tags = { "afterhours:schedule" = "office", "afterhours:protect" = "true" }
    }
    embeddings = {
      type = "ml.g4dn.2xlarge"
      tags = {}
    }
  }
}

resource "aws_iam_role" "sagemaker" {
  name = "afterhours-sample-sagemaker"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
    }]
  })
}

resource "aws_sagemaker_model" "this" {
  for_each = local.endpoints

  name               = "sample-${each.key}"
  execution_role_arn = aws_iam_role.sagemaker.arn

  primary_container {
    image          = "123456789012.dkr.ecr.${var.region}.amazonaws.com/${each.key}:1"
    model_data_url = "s3://${aws_s3_bucket.this.id}/models/${each.key}.tar.gz"
  }

  tags = { Name = "sample-${each.key}" }
}

resource "aws_sagemaker_endpoint_configuration" "this" {
  for_each = local.endpoints

  name = "sample-${each.key}"

  production_variants {
    variant_name           = "main"
    model_name             = aws_sagemaker_model.this[each.key].name
    instance_type          = each.value.type
    initial_instance_count = try(var.endpoint_counts["sample-${each.key}"], 1)
    initial_variant_weight = 1
  }

  tags = { Name = "sample-${each.key}" }
}

resource "aws_sagemaker_endpoint" "this" {
  for_each = local.endpoints

  name                 = "sample-${each.key}"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.this[each.key].name

  tags = each.value.tags
}

resource "aws_appautoscaling_target" "chat" {
  service_namespace  = "sagemaker"
  resource_id        = "endpoint/${aws_sagemaker_endpoint.this["chat"].name}/variant/main"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  min_capacity       = 1
  max_capacity       = 20
}

resource "aws_appautoscaling_policy" "chat" {
  name               = "invocations-at-100"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.chat.service_namespace
  resource_id        = aws_appautoscaling_target.chat.resource_id
  scalable_dimension = aws_appautoscaling_target.chat.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 100
    scale_in_cooldown  = 600
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "SageMakerVariantInvocationsPerInstance"
    }
  }
}
