variable "node_policies" {
  description = "Managed policies of the nodes."
  type        = list(string)
}
