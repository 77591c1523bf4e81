# What each process may do with the queues, and nothing more. The bucket is R2's: its token is made in the dashboard with
# "Object Read & Write" on this bucket alone.

data "aws_iam_policy_document" "api" {
  statement {
    actions   = ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"]
    resources = [for queue in aws_sqs_queue.queue : queue.arn]
  }
}

data "aws_iam_policy_document" "worker" {
  statement {
    actions = [
      "sqs:SendMessage",
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:ChangeMessageVisibility",
      "sqs:GetQueueUrl",
      "sqs:GetQueueAttributes",
    ]
    resources = [for queue in aws_sqs_queue.queue : queue.arn]
  }

  statement {
    actions = [
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:ChangeMessageVisibility",
      "sqs:GetQueueUrl",
      "sqs:GetQueueAttributes",
    ]
    resources = [for queue in aws_sqs_queue.dead_letters : queue.arn]
  }
}

data "aws_iam_policy_document" "scaler" {
  statement {
    actions   = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"]
    resources = [for queue in aws_sqs_queue.queue : queue.arn]
  }
}

resource "aws_iam_policy" "api" {
  name   = "${var.prefix}-api"
  policy = data.aws_iam_policy_document.api.json
}

resource "aws_iam_policy" "worker" {
  name   = "${var.prefix}-worker"
  policy = data.aws_iam_policy_document.worker.json
}

resource "aws_iam_policy" "scaler" {
  name   = "${var.prefix}-scaler"
  policy = data.aws_iam_policy_document.scaler.json
}
