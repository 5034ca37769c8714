output "cluster_role_arn" {
  value = aws_iam_role.cluster.arn

  # Without its policy the role is of no use to a cluster.
  depends_on = [aws_iam_role_policy_attachment.cluster]
}

output "node_role_arn" {
  value = aws_iam_role.node.arn

  depends_on = [aws_iam_role_policy_attachment.node]
}

output "pod_role_arns" {
  description = "Roles that pods take on, by name."
  value       = { for name, role in aws_iam_role.pod : name => role.arn }

  depends_on = [aws_iam_role_policy_attachment.pod]
}
