# Copies of the volumes by AWS itself, beside those of Velero: made and kept where nobody who holds the cluster can delete them.

data "aws_partition" "current" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = "${var.cluster}-aws-backup"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"])

  role       = aws_iam_role.this.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/${each.key}"
}

resource "aws_backup_vault" "this" {
  name        = var.cluster
  kms_key_arn = var.kms_key

  # The stack goes only when somebody wants the backups gone.
  force_destroy = true
}

resource "aws_backup_plan" "this" {
  name = var.cluster

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.this.name
    schedule          = var.schedule
    start_window      = 60
    completion_window = 480

    lifecycle {
      delete_after = var.keep_days
    }
  }
}

# The StorageClass of kp marks each volume with the cluster that it is of.
resource "aws_backup_selection" "this" {
  name         = var.cluster
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.this.arn

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "kp:cluster"
    value = var.cluster
  }
}
