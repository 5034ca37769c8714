# The control plane. Nodes come in a stack of their own, after the pod network.

locals {
  network = data.terraform_remote_state.network.outputs
  iam     = data.terraform_remote_state.iam.outputs
}

resource "aws_kms_key" "secrets" {
  count = var.encryption && var.kms_key == null ? 1 : 0

  description             = "Secrets of the cluster ${var.cluster}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "secrets" {
  count = length(aws_kms_key.secrets)

  name          = "alias/${var.cluster}-secrets"
  target_key_id = aws_kms_key.secrets[0].key_id
}

# Made before the cluster: otherwise EKS makes it, keeps it for ever and leaves it behind.
resource "aws_cloudwatch_log_group" "cluster" {
  count = length(var.logs) > 0 ? 1 : 0

  name              = "/aws/eks/${var.cluster}/cluster"
  retention_in_days = 90
}

resource "aws_eks_cluster" "this" {
  name     = var.cluster
  version  = var.kubernetes_version
  role_arn = local.iam.cluster_role_arn

  enabled_cluster_log_types     = var.logs
  bootstrap_self_managed_addons = false
  deletion_protection           = var.protected ? true : null

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = true
  }

  vpc_config {
    subnet_ids              = values(local.network.private_subnets)
    endpoint_private_access = var.endpoint != "public"
    endpoint_public_access  = var.endpoint != "private"
    public_access_cidrs     = var.endpoint == "private" ? null : var.allowed_cidrs
  }

  kubernetes_network_config {
    service_ipv4_cidr = var.service_cidr
  }

  dynamic "encryption_config" {
    for_each = var.encryption ? [var.kms_key == null ? aws_kms_key.secrets[0].arn : var.kms_key] : []

    content {
      resources = ["secrets"]

      provider {
        key_arn = encryption_config.value
      }
    }
  }

  upgrade_policy {
    support_type = var.support == "extended" ? "EXTENDED" : "STANDARD"
  }

  timeouts {
    create = "40m"
  }

  lifecycle {
    # Read by EKS at the creation alone.
    ignore_changes = [bootstrap_self_managed_addons, access_config[0].bootstrap_cluster_creator_admin_permissions]
  }

  depends_on = [aws_cloudwatch_log_group.cluster]
}

resource "aws_eks_access_entry" "admin" {
  for_each = toset(var.admins)

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key
}

resource "aws_eks_access_policy_association" "admin" {
  for_each = aws_eks_access_entry.admin

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value.principal_arn
  policy_arn    = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }
}

data "aws_partition" "current" {}

# Those that run on every node, wait for none and need no role.
resource "aws_eks_addon" "this" {
  for_each = var.addons

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = each.value.version
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
}
