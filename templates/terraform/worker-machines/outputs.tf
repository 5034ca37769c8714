output "machines" {
  description = "The machines by name, for the inventory."
  value       = { for name, machine in aws_instance.worker : name => { id = machine.id, address = machine.private_ip, zone = machine.availability_zone, hostname = machine.private_dns, pool = local.machines[name].pool } }
}
