variable "machine_policies" {
  description = "Managed policies of every machine."
  type        = list(string)
}
