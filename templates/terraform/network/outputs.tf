output "vpc_id" {
  value = aws_vpc.this.id
}

output "private_subnets" {
  description = "Id of the private subnet of each zone."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
}

output "public_subnets" {
  description = "Id of the public subnet of each zone."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "nat_addresses" {
  description = "Addresses that the network is seen from outside with."
  value       = [for address in aws_eip.nat : address.public_ip]
}
