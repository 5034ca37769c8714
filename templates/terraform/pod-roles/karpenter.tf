# Karpenter hears of interruptions of its machines by a queue of the cluster's name.

variable "karpenter" {
  description = "Whether Karpenter starts machines, and hears of interruptions."
  type        = bool
  default     = false
}

locals {
  # By the sources that AWS tells them from.
  sources = {
    health       = { source = "aws.health", type = "AWS Health Event" }
    spot         = { source = "aws.ec2", type = "EC2 Spot Instance Interruption Warning" }
    rebalance    = { source = "aws.ec2", type = "EC2 Instance Rebalance Recommendation" }
    state-change = { source = "aws.ec2", type = "EC2 Instance State-change Notification" }
  }
  interruptions = { for name, event in local.sources : name => event if var.karpenter }
}

resource "aws_sqs_queue" "interruptions" {
  count = var.karpenter ? 1 : 0

  name                      = var.cluster
  message_retention_seconds = 300
  sqs_managed_sse_enabled   = true
}

data "aws_iam_policy_document" "interruptions" {
  count = var.karpenter ? 1 : 0

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.interruptions[0].arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com", "sqs.amazonaws.com"]
    }
  }

  statement {
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.interruptions[0].arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "interruptions" {
  count = var.karpenter ? 1 : 0

  queue_url = aws_sqs_queue.interruptions[0].url
  policy    = data.aws_iam_policy_document.interruptions[0].json
}

resource "aws_cloudwatch_event_rule" "interruptions" {
  for_each = local.interruptions

  name          = "${var.cluster}-${each.key}"
  event_pattern = jsonencode({ source = [each.value.source], "detail-type" = [each.value.type] })
}

resource "aws_cloudwatch_event_target" "interruptions" {
  for_each = local.interruptions

  rule = aws_cloudwatch_event_rule.interruptions[each.key].name
  arn  = aws_sqs_queue.interruptions[0].arn
}
