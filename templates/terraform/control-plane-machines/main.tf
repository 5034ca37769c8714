# The machines of the control plane, one after the other over the zones, and what answers for all of them.

locals {
  network  = data.terraform_remote_state.network.outputs
  profiles = data.terraform_remote_state.machine_roles.outputs.instance_profiles

  machines = { for machine in var.machines : machine.name => machine }
  image    = var.image_id == null ? data.aws_ami.system[0].id : var.image_id
}

# The newest image of the maker of the operating system. A machine keeps the one that it was made of.
data "aws_ami" "system" {
  count = var.image_id == null ? 1 : 0

  owners      = [var.image_owner]
  most_recent = true

  filter {
    name   = "name"
    values = [var.image_name]
  }

  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
}

resource "aws_key_pair" "this" {
  count = var.public_key == null ? 0 : 1

  key_name   = var.cluster
  public_key = var.public_key
}

resource "aws_instance" "control_plane" {
  for_each = local.machines

  ami                    = local.image
  instance_type          = var.instance_type
  subnet_id              = local.network.private_subnets[each.value.zone]
  vpc_security_group_ids = [aws_security_group.node.id, aws_security_group.control_plane.id]
  iam_instance_profile   = local.profiles["control-plane"]
  key_name               = var.public_key == null ? null : aws_key_pair.this[0].key_name
  source_dest_check      = var.source_dest_check

  # One hop more than the machine itself, for the cloud controller in its pod.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.disk
    iops        = 3000
    encrypted   = true
    kms_key_id  = var.kms_key
    tags        = { Name = each.key }
  }

  tags = {
    Name                                   = each.key
    "kubernetes.io/cluster/${var.cluster}" = "owned"
  }

  lifecycle {
    # A newer image is for a new machine: here lives a member of etcd.
    ignore_changes = [ami]
  }
}

# The one address of the API server. It is in its certificate and in every kubeconfig.
resource "aws_lb" "api" {
  name                             = var.api_name
  load_balancer_type               = "network"
  internal                         = var.endpoint == "private"
  subnets                          = values(var.endpoint == "private" ? local.network.private_subnets : local.network.public_subnets)
  security_groups                  = [aws_security_group.api.id]
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = var.protected

  tags = { Name = "${var.cluster}-api" }
}

resource "aws_lb_target_group" "api" {
  name        = var.api_name
  port        = 6443
  protocol    = "TCP"
  target_type = "instance"
  vpc_id      = local.network.vpc_id

  # A control plane that asks the balancer may be led to itself, which fails where its own address is kept.
  preserve_client_ip   = false
  deregistration_delay = 60

  health_check {
    protocol            = "HTTPS"
    path                = "/readyz"
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  tags = { Name = "${var.cluster}-api" }
}

resource "aws_lb_listener" "api" {
  load_balancer_arn = aws_lb.api.arn
  port              = 6443
  protocol          = "TCP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}

resource "aws_lb_target_group_attachment" "api" {
  for_each = aws_instance.control_plane

  target_group_arn = aws_lb_target_group.api.arn
  target_id        = each.value.id
  port             = 6443
}
