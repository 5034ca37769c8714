# Who the pods are that call AWS: one role for each controller, with no more than it needs. The control plane is there already:
# its issuer is what roles trust by IRSA, and its name what they trust by Pod Identity.

locals {
  eks    = data.terraform_remote_state.eks.outputs
  iam    = data.terraform_remote_state.iam.outputs
  irsa   = var.identity == "irsa"
  issuer = local.irsa ? replace(local.eks.oidc_issuer, "https://", "") : ""

  # What the policies name.
  facts = {
    partition      = data.aws_partition.current.partition
    region         = var.region
    account        = data.aws_caller_identity.current.account_id
    cluster        = var.cluster
    node_role      = local.iam.node_role_arn
    zones          = [for zone in var.hosted_zones : "arn:${data.aws_partition.current.partition}:route53:::hostedzone/${zone}"]
    bucket         = var.backup_bucket
    backup_key     = var.backup_key
    secrets_region = var.secrets_region
  }
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_iam_openid_connect_provider" "this" {
  count = local.irsa ? 1 : 0

  url            = local.eks.oidc_issuer
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  for_each = var.roles

  statement {
    actions = local.irsa ? ["sts:AssumeRoleWithWebIdentity"] : ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = local.irsa ? "Federated" : "Service"
      identifiers = local.irsa ? [aws_iam_openid_connect_provider.this[0].arn] : ["pods.eks.amazonaws.com"]
    }

    # No other account of the cluster, and no other cluster.
    dynamic "condition" {
      for_each = local.irsa ? tomap({
        "${local.issuer}:sub" = "system:serviceaccount:${each.value.namespace}:${each.value.service_account}"
        "${local.issuer}:aud" = "sts.amazonaws.com"
        }) : tomap({
        "aws:RequestTag/eks-cluster-name"           = var.cluster
        "aws:RequestTag/kubernetes-namespace"       = each.value.namespace
        "aws:RequestTag/kubernetes-service-account" = each.value.service_account
      })

      content {
        test     = "StringEquals"
        variable = condition.key
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = var.roles

  name               = "${var.cluster}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = { for name, role in var.roles : name => role if role.managed != null }

  role       = aws_iam_role.this[each.key].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.value.managed}"
}

resource "aws_iam_role_policy" "this" {
  for_each = { for name, role in var.roles : name => role if role.policy != null }

  name   = each.value.policy
  role   = aws_iam_role.this[each.key].id
  policy = templatefile("${path.module}/policy-${each.value.policy}.json.tftpl", merge(local.facts, { assumed_role = each.value.assumes }))
}

# Which account in the cluster has which role. With IRSA the account says it itself, by an annotation; those of add-ons are said with the add-on.
resource "aws_eks_pod_identity_association" "this" {
  for_each = { for name, role in var.roles : name => role if role.associate }

  cluster_name    = local.eks.cluster_name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.this[each.key].arn
}

# Add-ons with a role that run on every node, and wait for none.
resource "aws_eks_addon" "this" {
  for_each = var.addons

  cluster_name                = local.eks.cluster_name
  addon_name                  = each.key
  addon_version               = each.value.version
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
  service_account_role_arn    = local.irsa ? aws_iam_role.this[each.value.role].arn : null

  dynamic "pod_identity_association" {
    for_each = local.irsa ? [] : [each.value]

    content {
      role_arn        = aws_iam_role.this[pod_identity_association.value.role].arn
      service_account = pod_identity_association.value.service_account
    }
  }
}
