output "node_groups" {
  description = "ARN of each group, by the name of its pool."
  value       = { for name, group in aws_eks_node_group.this : name => group.arn }
}
