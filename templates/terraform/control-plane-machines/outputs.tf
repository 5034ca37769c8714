output "machines" {
  description = "The machines by name, for the inventory."
  value       = { for name, machine in aws_instance.control_plane : name => { id = machine.id, address = machine.private_ip, zone = machine.availability_zone, hostname = machine.private_dns } }
}

output "api_endpoint" {
  description = "Host and port of the API server."
  value       = "${aws_lb.api.dns_name}:6443"
}

output "node_security_group" {
  value = aws_security_group.node.id
}

output "image" {
  description = "The image of the operating system."
  value       = local.image
}

output "key_name" {
  value = var.public_key == null ? null : aws_key_pair.this[0].key_name
}
