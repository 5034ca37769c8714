variable "vpc_cidr" {
  description = "Addresses of the network."
  type        = string
}

variable "zones" {
  description = "The zones in order, each with its private and its public subnet."
  type = list(object({
    name         = string
    private_cidr = string
    public_cidr  = string
  }))
}

variable "nat" {
  description = "NAT gateways: per-zone, single or none."
  type        = string

  validation {
    condition     = contains(["per-zone", "single", "none"], var.nat)
    error_message = "nat must be per-zone, single or none."
  }
}

variable "flow_logs" {
  description = "Whether flows are logged."
  type        = bool
}

variable "endpoints" {
  description = "Whether traffic to S3 stays inside."
  type        = bool
}

variable "interface_endpoints" {
  description = "Services that are reached by an address of the network; needed where there is no NAT."
  type        = list(string)
  default     = []
}
