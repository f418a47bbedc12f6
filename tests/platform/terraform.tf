terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "3.39.0"
    }
  }
}

provider "aws" {
  region                      = var.region
  access_key                  = "terraform"
  secret_key                  = "terraform"
  s3_force_path_style         = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    applicationautoscaling = var.endpoint
    autoscaling            = var.endpoint
    ec2                    = var.endpoint
    iam                    = var.endpoint
    s3                     = var.endpoint
    sagemaker              = var.endpoint
    sns                    = var.endpoint
    sqs                    = var.endpoint
    sts                    = var.endpoint
  }
}
