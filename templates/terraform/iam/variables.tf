variable "node_policies" {
  description = "Managed policies of the nodes."
  type        = list(string)
}

variable "pod_roles" {
  description = "Managed policy of each role that pods take on, by the role's name."
  type        = map(string)
  default     = {}
}
