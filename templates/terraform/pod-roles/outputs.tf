output "pod_role_arns" {
  description = "Roles that pods take on, by name."
  value       = { for name, role in aws_iam_role.this : name => role.arn }

  # Without its policy a role is of no use.
  depends_on = [aws_iam_role_policy_attachment.this, aws_iam_role_policy.this]
}
