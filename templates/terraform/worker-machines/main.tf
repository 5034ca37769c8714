# The workers, one machine each: the inventory names them all. How many a pool has is `min` in kp.yaml.

locals {
  network  = data.terraform_remote_state.network.outputs
  profiles = data.terraform_remote_state.machine_roles.outputs.instance_profiles
  control  = data.terraform_remote_state.control_plane_machines.outputs

  machines = { for machine in var.machines : machine.name => machine }
  pools    = { for pool in var.pools : pool.name => pool }
}

resource "aws_instance" "worker" {
  for_each = local.machines

  ami                    = local.control.image
  instance_type          = local.pools[each.value.pool].instance_type
  subnet_id              = local.network.private_subnets[each.value.zone]
  vpc_security_group_ids = [local.control.node_security_group]
  iam_instance_profile   = local.profiles["worker"]
  key_name               = local.control.key_name
  source_dest_check      = var.source_dest_check

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  dynamic "instance_market_options" {
    for_each = local.pools[each.value.pool].capacity == "spot" ? [1] : []

    content {
      market_type = "spot"
    }
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = local.pools[each.value.pool].disk
    encrypted   = true
    kms_key_id  = var.kms_key
    tags        = { Name = each.key }
  }

  dynamic "ebs_block_device" {
    for_each = local.pools[each.value.pool].volumes

    content {
      device_name = ebs_block_device.value.device
      volume_size = ebs_block_device.value.size
      volume_type = ebs_block_device.value.type
      iops        = ebs_block_device.value.iops
      encrypted   = true
      kms_key_id  = var.kms_key
      tags        = { Name = "${each.key}-${ebs_block_device.value.name}" }
    }
  }

  tags = {
    Name                                   = each.key
    "kp:pool"                              = each.value.pool
    "kubernetes.io/cluster/${var.cluster}" = "owned"
  }

  lifecycle {
    # A newer image is for new machines.
    ignore_changes = [ami]
  }
}
