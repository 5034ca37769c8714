# Who may talk to whom. What the pod network needs between the machines follows from phases.cni of kp.yaml.

resource "aws_security_group" "node" {
  name        = "${var.cluster}-node"
  description = "Every machine of the cluster"
  vpc_id      = local.network.vpc_id

  # The cloud controller takes the one group with this tag for what its load balancers need.
  tags = {
    Name                                   = "${var.cluster}-node"
    "kubernetes.io/cluster/${var.cluster}" = "owned"
  }
}

resource "aws_security_group" "control_plane" {
  name        = "${var.cluster}-control-plane"
  description = "The machines of the control plane"
  vpc_id      = local.network.vpc_id

  tags = { Name = "${var.cluster}-control-plane" }
}

resource "aws_security_group" "api" {
  name        = "${var.cluster}-api"
  description = "The load balancer of the API server"
  vpc_id      = local.network.vpc_id

  tags = { Name = "${var.cluster}-api" }
}

# Between all machines: the pod network, and the kubelet.
resource "aws_vpc_security_group_ingress_rule" "node" {
  for_each = { for rule in var.node_rules : rule.name => rule }

  security_group_id            = aws_security_group.node.id
  referenced_security_group_id = aws_security_group.node.id
  description                  = each.value.description
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from
  to_port                      = each.value.to
}

# Packets that bear the addresses of pods belong to no group.
resource "aws_vpc_security_group_ingress_rule" "pods" {
  count = var.source_dest_check ? 0 : 1

  security_group_id = aws_security_group.node.id
  description       = "Pods, by their own addresses"
  cidr_ipv4         = var.pod_cidr
  ip_protocol       = "-1"
}

# Load balancers inside of the network reach pods through these; those that face the internet have groups of their own.
resource "aws_vpc_security_group_ingress_rule" "node_ports" {
  for_each = toset(["tcp", "udp"])

  security_group_id = aws_security_group.node.id
  description       = "Ports of Services"
  cidr_ipv4         = var.vpc_cidr
  ip_protocol       = each.key
  from_port         = 30000
  to_port           = 32767
}

# SSH from inside of the network: people come by SSM or the bastion host, never from outside.
resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = aws_security_group.node.id
  description       = "SSH from inside of the network"
  cidr_ipv4         = var.vpc_cidr
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_vpc_security_group_ingress_rule" "etcd" {
  security_group_id            = aws_security_group.control_plane.id
  referenced_security_group_id = aws_security_group.control_plane.id
  description                  = "etcd, between its members alone"
  ip_protocol                  = "tcp"
  from_port                    = 2379
  to_port                      = 2380
}

resource "aws_vpc_security_group_ingress_rule" "api_server" {
  for_each = {
    balancer = aws_security_group.api.id
    node     = aws_security_group.node.id
  }

  security_group_id            = aws_security_group.control_plane.id
  referenced_security_group_id = each.value
  description                  = "API server, from the ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 6443
  to_port                      = 6443
}

resource "aws_vpc_security_group_ingress_rule" "api" {
  for_each = toset(var.api_cidrs)

  security_group_id = aws_security_group.api.id
  description       = "API server"
  cidr_ipv4         = each.key
  ip_protocol       = "tcp"
  from_port         = 6443
  to_port           = 6443
}

resource "aws_vpc_security_group_egress_rule" "out" {
  for_each = {
    node = aws_security_group.node.id
    api  = aws_security_group.api.id
  }

  security_group_id = each.value
  description       = "Everywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
