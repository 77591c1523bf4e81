output "environment" {
  description = "Settings for api and worker; credentials and secrets are not among them"
  value = {
    MINILAB_R2_ACCOUNT_ID      = var.cloudflare_account_id
    MINILAB_S3_BUCKET          = cloudflare_r2_bucket.minilab.name
    MINILAB_SQS_REGION         = data.aws_region.current.name
    MINILAB_SQS_JOBS_QUEUE     = aws_sqs_queue.queue["jobs"].name
    MINILAB_SQS_BULK_QUEUE     = aws_sqs_queue.queue["bulk"].name
    MINILAB_SQS_WEBHOOKS_QUEUE = aws_sqs_queue.queue["webhooks"].name
  }
}

output "queue_urls" {
  description = "For deploy/kubernetes/keda.yaml"
  value       = { for name, queue in aws_sqs_queue.queue : name => queue.id }
}

data "aws_region" "current" {}
