# Values that nobody may ever read in an output: what the tests look for begins with `MARK-`.
variable "secret" {
  description = "A value that Terraform marks as sensitive in the state."
  type        = string
  sensitive   = true
  default     = "MARK-sensitive-in-the-state"
}

resource "aws_sns_topic" "secret" {
  name         = "afterhours-drift-secret"
  display_name = var.secret

  tags = {
    Token = "${var.secret}-of-a-tag"
  }
}

resource "aws_launch_template" "secret" {
  name      = "afterhours-drift-secret"
  user_data = base64encode("#!/bin/sh\nexport TOKEN=MARK-in-user-data\n")
}

resource "aws_launch_configuration" "secret" {
  name          = "afterhours-drift-secret"
  image_id      = "ami-12c6146b"
  instance_type = "t3.micro"
  user_data     = "export TOKEN=MARK-in-a-launch-configuration"
}

resource "aws_iam_role" "secret" {
  name = "afterhours-drift-secret"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "sagemaker.amazonaws.com" }
    }]
  })
}

resource "aws_sagemaker_model" "secret" {
  name               = "afterhours-drift-secret"
  execution_role_arn = aws_iam_role.secret.arn

  primary_container {
    image       = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ranking:1"
    environment = { TOKEN = "MARK-in-an-environment" }
  }
}

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "secret" {
  name      = "afterhours-drift-secret"
  on_create = base64encode("export TOKEN=MARK-in-a-script\n")
}
