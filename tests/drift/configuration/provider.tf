# The provider of all parts. Each part stands in a file of its own and makes what it needs.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "3.39.0"
    }
  }
}

variable "endpoint" {
  description = "Address of the local AWS that all services are called at, such as http://127.0.0.1:5000."
  type        = string
}

variable "region" {
  description = "Region in which everything stands."
  type        = string
  default     = "eu-central-1"
}

provider "aws" {
  region                      = var.region
  access_key                  = "terraform"
  secret_key                  = "terraform"
  s3_force_path_style         = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = false

  endpoints {
    applicationautoscaling = var.endpoint
    autoscaling            = var.endpoint
    cloudwatch             = var.endpoint
    cloudwatchlogs         = var.endpoint
    ec2                    = var.endpoint
    ecr                    = var.endpoint
    elb                    = var.endpoint
    iam                    = var.endpoint
    kms                    = var.endpoint
    lambda                 = var.endpoint
    s3                     = var.endpoint
    s3control              = var.endpoint
    sagemaker              = var.endpoint
    secretsmanager         = var.endpoint
    sns                    = var.endpoint
    sqs                    = var.endpoint
    ssm                    = var.endpoint
    sts                    = var.endpoint
  }
}
