variable "machines" {
  description = "The machines, each with its pool and its zone."
  type = list(object({
    name = string
    pool = string
    zone = string
  }))
}

variable "pools" {
  description = "What the machines of each pool are."
  type = list(object({
    name          = string
    instance_type = string
    capacity      = string
    disk          = number
    volumes = list(object({
      name   = string
      device = string
      size   = number
      type   = string
      iops   = number
    }))
  }))
}

variable "kms_key" {
  description = "ARN of an existing key for the volumes; null takes that of the account."
  type        = string
  default     = null
}

variable "source_dest_check" {
  description = "Whether AWS drops packets that do not bear the address of a machine: not where pods are routed by their own."
  type        = bool
}
