# The node groups, one a pool of kp.yaml. They come after the pod network: a node without one never becomes ready.

locals {
  network = data.terraform_remote_state.network.outputs
  iam     = data.terraform_remote_state.iam.outputs
  eks     = data.terraform_remote_state.eks.outputs
  roles   = data.terraform_remote_state.pod_roles.outputs.pod_role_arns
  irsa    = var.identity == "irsa"
  pools   = { for pool in var.pools : pool.name => pool }
}

resource "aws_launch_template" "this" {
  for_each = local.pools

  name                   = "${var.cluster}-${each.key}"
  update_default_version = true

  # How many pods a node takes: without the network plugin of AWS its limit by addresses does not hold.
  user_data = base64encode(templatefile("${path.module}/user-data.tftpl", { max_pods = each.value.max_pods }))

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = each.value.disk
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  dynamic "block_device_mappings" {
    for_each = each.value.volumes

    content {
      device_name = block_device_mappings.value.device

      ebs {
        volume_size           = block_device_mappings.value.size
        volume_type           = block_device_mappings.value.type
        iops                  = block_device_mappings.value.iops
        encrypted             = true
        delete_on_termination = true
      }
    }
  }

  # Version 2 alone. One hop more than the node itself, for pods that ask where they are.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  # The tags of the provider do not reach what the group starts.
  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume", "network-interface"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(var.tags, { Name = "${var.cluster}-${each.key}" })
    }
  }
}

resource "aws_eks_node_group" "this" {
  for_each = local.pools

  cluster_name    = local.eks.cluster_name
  node_group_name = each.key
  node_role_arn   = local.iam.node_role_arn
  subnet_ids      = [for zone in each.value.zones : local.network.private_subnets[zone]]
  version         = var.kubernetes_version
  ami_type        = each.value.ami_type
  capacity_type   = each.value.capacity
  instance_types  = [each.value.instance_type]
  labels          = each.value.labels

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.min
  }

  update_config {
    max_unavailable_percentage = 33
  }

  launch_template {
    id      = aws_launch_template.this[each.key].id
    version = aws_launch_template.this[each.key].latest_version
  }

  dynamic "taint" {
    for_each = each.value.taints

    content {
      key    = taint.value.key
      value  = taint.value.value
      effect = taint.value.effect
    }
  }

  timeouts {
    create = "40m"
    update = "90m"
    delete = "40m"
  }

  lifecycle {
    # How many nodes there are is the autoscaler's business. remote_access is never set here.
    ignore_changes = [scaling_config[0].desired_size, remote_access]
  }
}

# Those whose pods need nodes.
resource "aws_eks_addon" "this" {
  for_each = var.addons

  cluster_name                = local.eks.cluster_name
  addon_name                  = each.key
  addon_version               = each.value.version
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
  service_account_role_arn    = local.irsa && each.value.role != null ? local.roles[each.value.role] : null

  dynamic "pod_identity_association" {
    for_each = local.irsa || each.value.role == null ? [] : [each.value]

    content {
      role_arn        = local.roles[pod_identity_association.value.role]
      service_account = pod_identity_association.value.service_account
    }
  }

  depends_on = [aws_eks_node_group.this]
}
