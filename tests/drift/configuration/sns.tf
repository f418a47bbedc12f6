# Topics with and without everything, subscriptions of each protocol that needs no confirmation, and one that does.
resource "aws_sns_topic" "alerts" {
  for_each = toset(["ops", "ml", "quant"])

  name         = "alerts-${each.key}"
  display_name = "Alerts of ${each.key}"
  tags = {
    team = each.key
  }
}

resource "aws_sns_topic" "full" {
  name              = "full"
  display_name      = "0"
  kms_master_key_id = "alias/aws/sns"

  policy = jsonencode({
    Version = "2012-10-17"
    Id      = "full"
    Statement = [{
      Sid       = "Publish"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
      Action    = ["sns:Publish"]
      Resource  = "arn:aws:sns:${var.region}:123456789012:full"
      Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }]
  })

  delivery_policy = jsonencode({
    http = {
      defaultHealthyRetryPolicy = {
        minDelayTarget     = 20
        maxDelayTarget     = 20
        numRetries         = 3
        numMaxDelayRetries = 0
        numNoDelayRetries  = 0
        numMinDelayRetries = 0
        backoffFunction    = "linear"
      }
      disableSubscriptionOverrides = false
    }
  })
}

resource "aws_sns_topic" "fifo" {
  name                        = "orders.fifo"
  fifo_topic                  = true
  content_based_deduplication = true
}

resource "aws_sns_topic" "bare" {
  count = 2

  name = "bare-${count.index}"
}

resource "aws_sns_topic_policy" "alerts" {
  for_each = aws_sns_topic.alerts

  arn = each.value.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Services"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = each.value.arn
      },
      {
        Sid       = "Plain"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = each.value.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sqs_queue" "sns" {
  for_each = toset(["inbox", "letters"])

  name = "sns-${each.key}"
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.alerts["ops"].arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.sns["inbox"].arn
  raw_message_delivery = true
  filter_policy = jsonencode({
    kind     = ["scale", "drift"]
    severity = [{ "anything-but" = ["info"] }]
    amount   = [{ numeric = [">=", 100, "<", 1000] }]
  })
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.sns["letters"].arn })
}

resource "aws_sns_topic_subscription" "function" {
  for_each = toset(["ml", "quant"])

  topic_arn = aws_sns_topic.alerts[each.key].arn
  protocol  = "lambda"
  endpoint  = "arn:aws:lambda:${var.region}:123456789012:function:notify-${each.key}"
}

resource "aws_sns_topic_subscription" "web" {
  topic_arn                       = aws_sns_topic.alerts["ops"].arn
  protocol                        = "https"
  endpoint                        = "https://hooks.example.com/ops"
  endpoint_auto_confirms          = true
  confirmation_timeout_in_minutes = 1
  delivery_policy                 = jsonencode({ healthyRetryPolicy = { minDelayTarget = 5, maxDelayTarget = 5, numRetries = 4 } })
}

resource "aws_sns_topic_subscription" "delivery" {
  topic_arn             = aws_sns_topic.alerts["ops"].arn
  protocol              = "firehose"
  endpoint              = "arn:aws:firehose:${var.region}:123456789012:deliverystream/alerts"
  subscription_role_arn = "arn:aws:iam::123456789012:role/delivery"
}
