output "instance_profiles" {
  description = "Instance profile of the control planes and of the workers."
  value       = { for name, profile in aws_iam_instance_profile.machine : name => profile.name }

  # A machine that starts without its rights does not ask again.
  depends_on = [aws_iam_role_policy_attachment.machine, aws_iam_role_policy.control_plane, aws_iam_role_policy.worker, aws_iam_role_policy.controller]
}
