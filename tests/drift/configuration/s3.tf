# S3: buckets with everything inline, as provider 3 knows it, and the types that stand beside the bucket.
locals {
  s3_prefix = "afterhours-drift-s3"
  s3_tags   = { Team = "ml-team", Part = "s3" }
  s3_key    = "arn:aws:kms:${var.region}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

# Nothing but a name.
resource "aws_s3_bucket" "plain" {
  bucket = "${local.s3_prefix}-plain"
}

resource "aws_s3_bucket" "logs" {
  bucket = "${local.s3_prefix}-logs"
  tags   = local.s3_tags

  grant {
    id          = data.aws_canonical_user_id.s3.id
    type        = "CanonicalUser"
    permissions = ["FULL_CONTROL"]
  }

  grant {
    type        = "Group"
    permissions = ["READ_ACP", "WRITE"]
    uri         = "http://acs.amazonaws.com/groups/s3/LogDelivery"
  }
}

# Everything at once.
resource "aws_s3_bucket" "models" {
  bucket              = "${local.s3_prefix}-models"
  acl                 = "private"
  acceleration_status = "Enabled"
  force_destroy       = true
  tags                = merge(local.s3_tags, { Data = "models" })

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          "arn:aws:s3:::${local.s3_prefix}-models",
          "arn:aws:s3:::${local.s3_prefix}-models/*",
        ]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "Read"
        Effect    = "Allow"
        Principal = { AWS = ["arn:aws:iam::123456789012:root"] }
        Action    = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource  = ["arn:aws:s3:::${local.s3_prefix}-models/*"]
      },
    ]
  })

  versioning {
    enabled = true
  }

  server_side_encryption_configuration {
    rule {
      bucket_key_enabled = true

      apply_server_side_encryption_by_default {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = local.s3_key
      }
    }
  }

  logging {
    target_bucket = aws_s3_bucket.logs.id
    target_prefix = "models/"
  }

  lifecycle_rule {
    id      = "checkpoints"
    enabled = true
    prefix  = "checkpoints/"
    tags    = { Keep = "short", Stage = "training" }

    abort_incomplete_multipart_upload_days = 3

    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }

    transition {
      days          = 60
      storage_class = "GLACIER"
    }

    expiration {
      days = 365
    }

    noncurrent_version_transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }

    noncurrent_version_expiration {
      days = 90
    }
  }

  lifecycle_rule {
    id      = "until"
    enabled = false
    prefix  = "campaign/"

    expiration {
      date = "2030-01-31"
    }
  }

  lifecycle_rule {
    id      = "markers"
    enabled = true

    expiration {
      expired_object_delete_marker = true
    }
  }

  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["PUT", "POST"]
    allowed_origins = ["https://ml.example.com", "https://ops.example.com"]
    expose_headers  = ["ETag"]
    max_age_seconds = 3000
  }

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

# Grants of its own instead of a canned ACL.
resource "aws_s3_bucket" "grants" {
  bucket = "${local.s3_prefix}-grants"

  grant {
    id          = data.aws_canonical_user_id.s3.id
    type        = "CanonicalUser"
    permissions = ["FULL_CONTROL"]
  }

  grant {
    type        = "Group"
    permissions = ["READ_ACP", "WRITE"]
    uri         = "http://acs.amazonaws.com/groups/s3/LogDelivery"
  }

  grant {
    type        = "Group"
    permissions = ["READ"]
    uri         = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
  }
}

data "aws_canonical_user_id" "s3" {}

# Websites: pages with routing, and a redirection.
resource "aws_s3_bucket" "site" {
  for_each = {
    pages    = { index = "index.html", error = "error.html", to = null }
    moved    = { index = null, error = null, to = "https://docs.example.com" }
    anywhere = { index = null, error = null, to = "docs.example.com" }
  }

  bucket = "${local.s3_prefix}-site-${each.key}"
  acl    = each.key == "pages" ? "public-read" : "private"

  website {
    index_document           = each.value.index
    error_document           = each.value.error
    redirect_all_requests_to = each.value.to

    routing_rules = each.key == "pages" ? jsonencode([
      {
        Condition = { KeyPrefixEquals = "docs/" }
        Redirect  = { ReplaceKeyPrefixWith = "documents/" }
      },
      {
        Condition = { HttpErrorCodeReturnedEquals = "404" }
        Redirect  = { HostName = "example.com", Protocol = "https", HttpRedirectCode = "302" }
      },
    ]) : null
  }
}

# Write once, read many.
resource "aws_s3_bucket" "ledger" {
  bucket = "${local.s3_prefix}-ledger"

  versioning {
    enabled = true
  }

  object_lock_configuration {
    object_lock_enabled = "Enabled"

    rule {
      default_retention {
        mode = "GOVERNANCE"
        days = 30
      }
    }
  }
}

# Copies in another bucket.
resource "aws_s3_bucket" "copies" {
  count = 2

  bucket = "${local.s3_prefix}-copies-${count.index}"

  versioning {
    enabled = true
  }
}

resource "aws_s3_bucket" "source" {
  bucket = "${local.s3_prefix}-source"

  versioning {
    enabled = true
  }

  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm = "AES256"
      }
    }
  }

  replication_configuration {
    role = "arn:aws:iam::123456789012:role/replication"

    rules {
      id       = "all"
      status   = "Enabled"
      priority = 1

      filter {
        prefix = "data/"
        tags   = { Copy = "yes" }
      }

      destination {
        bucket        = aws_s3_bucket.copies[0].arn
        storage_class = "STANDARD_IA"
      }
    }

    rules {
      id       = "models"
      status   = "Disabled"
      priority = 2

      filter {
        prefix = "models/"
      }

      destination {
        bucket = aws_s3_bucket.copies[1].arn
      }
    }
  }
}

# What stands beside a bucket.
resource "aws_s3_bucket" "shared" {
  bucket = "${local.s3_prefix}-shared"
  tags   = local.s3_tags
}

resource "aws_s3_bucket_policy" "shared" {
  bucket = aws_s3_bucket.shared.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:root" }
        Action    = ["s3:ListBucket", "s3:GetBucketLocation"]
        Resource  = aws_s3_bucket.shared.arn
      },
      {
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.shared.arn}/AWSLogs/*"
        Condition = { StringEquals = { "s3:x-amz-acl" = ["bucket-owner-full-control"] } }
      },
    ]
  })
}

resource "aws_s3_bucket_public_access_block" "shared" {
  bucket = aws_s3_bucket.shared.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true

  # S3 takes one change of a bucket at a time.
  depends_on = [aws_s3_bucket_policy.shared]
}

resource "aws_s3_bucket_public_access_block" "copies" {
  count = 2

  bucket            = aws_s3_bucket.copies[count.index].id
  block_public_acls = count.index == 0
}

resource "aws_s3_bucket_ownership_controls" "shared" {
  bucket = aws_s3_bucket.shared.id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }

  depends_on = [aws_s3_bucket_public_access_block.shared]
}

resource "aws_sns_topic" "s3" {
  name = "${local.s3_prefix}-events"
}

resource "aws_s3_bucket_notification" "shared" {
  bucket = aws_s3_bucket.shared.id

  topic {
    id            = "results"
    topic_arn     = aws_sns_topic.s3.arn
    events        = ["s3:ObjectCreated:*", "s3:ObjectRemoved:Delete"]
    filter_prefix = "results/"
    filter_suffix = ".json"
  }

  topic {
    id        = "lost"
    topic_arn = aws_sns_topic.s3.arn
    events    = ["s3:ReducedRedundancyLostObject"]
  }
}

resource "aws_s3_bucket_inventory" "shared" {
  bucket                   = aws_s3_bucket.shared.id
  name                     = "weekly"
  included_object_versions = "All"
  optional_fields          = ["Size", "ETag", "StorageClass"]

  schedule {
    frequency = "Weekly"
  }

  filter {
    prefix = "results/"
  }

  destination {
    bucket {
      format     = "CSV"
      bucket_arn = aws_s3_bucket.logs.arn
      prefix     = "inventory"
    }
  }
}
