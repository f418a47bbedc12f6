resource "aws_s3_bucket" "this" {
  bucket        = var.bucket_name
  acl           = "private"
  force_destroy = true

  versioning {
    enabled = true
  }
}

resource "aws_sns_topic" "alerts" {
  name = "afterhours-alerts"
}

resource "aws_sqs_queue" "alerts" {
  name = "afterhours-alerts"
}

# The queue lets anybody read back what was published.
resource "aws_sns_topic_subscription" "alerts" {
  topic_arn            = aws_sns_topic.alerts.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.alerts.arn
  raw_message_delivery = true
}

output "bucket" {
  description = "The bucket for the scaler's documents."
  value       = aws_s3_bucket.this.id
}

output "topic_arn" {
  description = "The topic that alerts are published to."
  value       = aws_sns_topic.alerts.arn
}

output "queue_url" {
  description = "The queue that receives the alerts."
  value       = aws_sqs_queue.alerts.id
}

output "groups" {
  description = "Names of the Auto Scaling groups."
  value       = [for group in aws_autoscaling_group.this : group.name]
}

output "endpoints" {
  description = "Names of the SageMaker endpoints that Terraform made."
  value       = [for endpoint in aws_sagemaker_endpoint.this : endpoint.name]
}
