# Roles with their policies in all three styles, managed policies, instance profiles, identity providers.
locals {
  iam_services = {
    training  = "sagemaker.amazonaws.com"
    inference = "sagemaker.amazonaws.com"
    batch     = "ec2.amazonaws.com"
  }
}

data "aws_iam_policy_document" "iam_trust" {
  for_each = local.iam_services

  statement {
    sid     = "Assume"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = [each.value]
    }
  }
}

# Everything set, policies attached by resources of their own.
resource "aws_iam_role" "worker" {
  for_each = local.iam_services

  name                 = "ml-${each.key}"
  path                 = "/ml/"
  description          = "Runs the ${each.key} of the models"
  assume_role_policy   = data.aws_iam_policy_document.iam_trust[each.key].json
  max_session_duration = 7200
  permissions_boundary = aws_iam_policy.boundary.arn
  tags = {
    team  = "ml"
    stage = each.key
  }
}

# As little as possible.
resource "aws_iam_role" "bare" {
  count = 2

  name = "bare-${count.index}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::123456789012:root" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = ["ops", "ml"] } }
    }]
  })
}

# Policies inside the role.
resource "aws_iam_role" "inline" {
  name               = "inline"
  assume_role_policy = data.aws_iam_policy_document.iam_trust["batch"].json
  managed_policy_arns = [
    aws_iam_policy.managed["read"].arn,
    aws_iam_policy.managed["write"].arn,
  ]

  inline_policy {
    name = "logs"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:*:*:log-group:/ml/*"]
      }]
    })
  }

  inline_policy {
    name = "metrics"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = "cloudwatch:PutMetricData"
        Resource = "*"
      }]
    })
  }
}

# Says itself that nothing is attached.
resource "aws_iam_role" "closed" {
  name                = "closed"
  description         = ""
  assume_role_policy  = data.aws_iam_policy_document.iam_trust["batch"].json
  managed_policy_arns = []

  inline_policy {}
}

resource "aws_iam_role_policy" "bucket" {
  for_each = local.iam_services

  name = "bucket"
  role = aws_iam_role.worker[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "List"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = ["arn:aws:s3:::ml-${each.key}"]
      },
      {
        Sid       = "Objects"
        Effect    = "Allow"
        Action    = ["s3:GetObject", "s3:PutObject"]
        Resource  = ["arn:aws:s3:::ml-${each.key}/*", "arn:aws:s3:::ml-shared/${"$"}{aws:PrincipalTag/team}/100%/*"]
        Condition = { Bool = { "aws:SecureTransport" = "true" } }
      },
    ]
  })
}

resource "aws_iam_policy" "boundary" {
  name        = "ml-boundary"
  path        = "/boundaries/"
  description = "The most that a role of the models may do"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:*", "logs:*", "sagemaker:*"], Resource = "*" },
      { Effect = "Deny", Action = "iam:*", Resource = "*" },
    ]
  })
}

resource "aws_iam_policy" "managed" {
  for_each = {
    read  = ["s3:GetObject", "s3:ListBucket"]
    write = ["s3:PutObject"]
  }

  name   = "ml-${each.key}"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = each.value, Resource = "*" }] })
  tags   = { team = "ml" }
}

resource "aws_iam_role_policy_attachment" "read" {
  for_each = local.iam_services

  role       = aws_iam_role.worker[each.key].name
  policy_arn = aws_iam_policy.managed["read"].arn
}

# The local AWS knows none of AWS's own policies.
resource "aws_iam_role_policy_attachment" "write" {
  role       = aws_iam_role.bare[0].name
  policy_arn = aws_iam_policy.managed["write"].arn
}

resource "aws_iam_policy" "shared" {
  name   = "ml-shared"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::ml-shared/*" }] })
}

resource "aws_iam_policy_attachment" "shared" {
  name       = "shared"
  policy_arn = aws_iam_policy.shared.arn
  roles      = [aws_iam_role.bare[0].name, aws_iam_role.bare[1].name]
}

resource "aws_iam_instance_profile" "worker" {
  count = 2

  name = "ml-batch-${count.index}"
  path = count.index == 0 ? "/ml/" : "/"
  role = aws_iam_role.worker["batch"].name
  tags = { team = "ml" }
}

resource "aws_iam_instance_profile" "empty" {
  name = "ml-empty"
}

resource "aws_iam_openid_connect_provider" "ci" {
  url             = "https://ci.example.com/oidc"
  client_id_list  = ["sts.amazonaws.com", "deploy"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
  tags            = { team = "ops" }
}

# Attached to nothing.
resource "aws_iam_policy" "spare" {
  name_prefix = "ml-spare-"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:ListAllMyBuckets", Resource = "*" }] })
}
