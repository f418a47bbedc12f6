# SageMaker: models, endpoint configurations, endpoints and notebook instances.
locals {
  sagemaker_role  = "arn:aws:iam::123456789012:role/sagemaker"
  sagemaker_image = "123456789012.dkr.ecr.${var.region}.amazonaws.com/serving:1"
  sagemaker_tags  = { Team = "ml-team", Part = "sagemaker" }
}

resource "aws_sagemaker_model" "single" {
  for_each = {
    ranking = { isolated = true, environment = { STAGE = "prod", TOKEN = "hidden-in-the-model" } }
    search  = { isolated = false, environment = {} }
  }

  name                     = "drift-${each.key}"
  execution_role_arn       = local.sagemaker_role
  enable_network_isolation = each.value.isolated
  tags                     = local.sagemaker_tags

  primary_container {
    image          = local.sagemaker_image
    model_data_url = "s3://afterhours-drift/models/${each.key}.tar.gz"
    environment    = each.value.environment
  }
}

resource "aws_sagemaker_model" "pipeline" {
  name               = "drift-pipeline"
  execution_role_arn = local.sagemaker_role

  container {
    container_hostname = "first"
    image              = local.sagemaker_image
    model_data_url     = "s3://afterhours-drift/models/first.tar.gz"
    environment        = { STEP = "1" }
  }

  container {
    container_hostname = "second"
    image              = local.sagemaker_image
    mode               = "MultiModel"
    model_data_url     = "s3://afterhours-drift/models/"
  }

  vpc_config {
    subnets            = ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]
    security_group_ids = ["sg-0a1b2c3d"]
  }
}

resource "aws_sagemaker_endpoint_configuration" "live" {
  name        = "drift-live"
  kms_key_arn = "arn:aws:kms:${var.region}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  tags        = local.sagemaker_tags

  production_variants {
    variant_name           = "main"
    model_name             = aws_sagemaker_model.single["ranking"].name
    initial_instance_count = 2
    instance_type          = "ml.m5.xlarge"
    initial_variant_weight = 0.9
  }

  production_variants {
    variant_name           = "candidate"
    model_name             = aws_sagemaker_model.single["search"].name
    initial_instance_count = 1
    instance_type          = "ml.m5.large"
    initial_variant_weight = 0.1
  }

  data_capture_config {
    enable_capture              = true
    initial_sampling_percentage = 20
    destination_s3_uri          = "s3://afterhours-drift/capture"

    capture_options {
      capture_mode = "Input"
    }

    capture_options {
      capture_mode = "Output"
    }

    capture_content_type_header {
      csv_content_types  = ["text/csv"]
      json_content_types = ["application/json", "application/jsonlines"]
    }
  }
}

resource "aws_sagemaker_endpoint_configuration" "small" {
  count = 2

  name = "drift-small-${count.index}"

  production_variants {
    variant_name           = "main"
    model_name             = aws_sagemaker_model.single["search"].name
    initial_instance_count = 1
    instance_type          = "ml.t2.medium"
  }
}

resource "aws_sagemaker_endpoint" "live" {
  name                 = "drift-live"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.live.name
  tags                 = local.sagemaker_tags
}

resource "aws_sagemaker_endpoint" "small" {
  name                 = "drift-small"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.small[0].name
}

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "research" {
  name      = "drift-research"
  on_create = base64encode("echo made\n")
  on_start  = base64encode("export TOKEN=hidden-in-the-script\n")
}

resource "aws_sagemaker_notebook_instance" "research" {
  name                  = "drift-research"
  role_arn              = local.sagemaker_role
  instance_type         = "ml.t3.medium"
  volume_size           = 20
  root_access           = "Disabled"
  lifecycle_config_name = aws_sagemaker_notebook_instance_lifecycle_configuration.research.name
  tags                  = local.sagemaker_tags
}

resource "aws_sagemaker_notebook_instance" "plain" {
  name          = "drift-plain"
  role_arn      = local.sagemaker_role
  instance_type = "ml.t3.medium"
}
