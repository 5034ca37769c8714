# Who the machines are. There is no Pod Identity without EKS: controllers act with the rights of the machines that they run on.

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "machine" {
  for_each = toset(["control-plane", "worker"])

  name               = "${var.cluster}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

# Sessions by SSM, and whatever else each machine has.
resource "aws_iam_role_policy_attachment" "machine" {
  for_each = {
    for pair in setproduct(["control-plane", "worker"], var.machine_policies) : "${pair[0]}/${pair[1]}" => { role = pair[0], policy = pair[1] }
  }

  role       = aws_iam_role.machine[each.value.role].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.value.policy}"
}

# What the cloud controller reads, and the load balancers and routes that it keeps for this cluster alone.
data "aws_iam_policy_document" "control_plane" {
  statement {
    sid = "Look"

    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceTopology",
      "ec2:DescribeRegions",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVolumes",
      "ec2:DescribeVpcs",
      "elasticloadbalancing:Describe*",
    ]

    resources = ["*"]
  }

  statement {
    sid       = "TagWhatIsMade"
    actions   = ["ec2:CreateTags", "elasticloadbalancing:AddTags"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes.io/cluster/${var.cluster}"
      values   = ["owned"]
    }
  }

  statement {
    sid = "Make"

    actions = [
      "ec2:CreateSecurityGroup",
      "elasticloadbalancing:CreateListener",
      "elasticloadbalancing:CreateLoadBalancer",
      "elasticloadbalancing:CreateTargetGroup",
    ]

    resources = ["*"]
  }

  statement {
    sid = "ChangeWhatIsOwned"

    actions = [
      "ec2:AuthorizeSecurityGroupIngress",
      "ec2:CreateRoute",
      "ec2:DeleteRoute",
      "ec2:DeleteSecurityGroup",
      "ec2:ModifyInstanceAttribute",
      "ec2:RevokeSecurityGroupIngress",
      "elasticloadbalancing:DeleteListener",
      "elasticloadbalancing:DeleteLoadBalancer",
      "elasticloadbalancing:DeleteTargetGroup",
      "elasticloadbalancing:DeregisterTargets",
      "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyLoadBalancerAttributes",
      "elasticloadbalancing:ModifyTargetGroup",
      "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RegisterTargets",
      "elasticloadbalancing:SetSecurityGroups",
      "elasticloadbalancing:SetSubnets",
    ]

    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/kubernetes.io/cluster/${var.cluster}"
      values   = ["owned"]
    }
  }
}

resource "aws_iam_role_policy" "control_plane" {
  name   = "cloud-controller"
  role   = aws_iam_role.machine["control-plane"].id
  policy = data.aws_iam_policy_document.control_plane.json
}

# Controllers that call AWS run on workers: each policy is the one that their pods have on EKS, in the files beside this one.
locals {
  facts = {
    partition      = data.aws_partition.current.partition
    region         = var.region
    account        = data.aws_caller_identity.current.account_id
    cluster        = var.cluster
    zones          = [for zone in var.hosted_zones : "arn:${data.aws_partition.current.partition}:route53:::hostedzone/${zone}"]
    bucket         = var.backup_bucket
    backup_key     = var.backup_key
    secrets_region = var.secrets_region
  }
}

resource "aws_iam_role_policy" "controller" {
  for_each = var.policies

  name   = each.key
  role   = aws_iam_role.machine["worker"].id
  policy = templatefile("${path.module}/policy-${each.value.file}.json.tftpl", merge(local.facts, { assumed_role = each.value.assumes }))
}

# A worker learns what it is itself, and pulls images.
data "aws_iam_policy_document" "worker" {
  statement {
    sid       = "Look"
    actions   = ["ec2:DescribeInstances", "ec2:DescribeRegions"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "worker" {
  name   = "kubelet"
  role   = aws_iam_role.machine["worker"].id
  policy = data.aws_iam_policy_document.worker.json
}

resource "aws_iam_instance_profile" "machine" {
  for_each = aws_iam_role.machine

  name = each.value.name
  role = each.value.name
}
