variable "identity" {
  description = "How pods get their role: pod-identity or irsa."
  type        = string

  validation {
    condition     = contains(["pod-identity", "irsa"], var.identity)
    error_message = "identity must be pod-identity or irsa."
  }
}

variable "roles" {
  description = "Roles by name: whose pods have it, and by a managed policy or one of the files beside this one what they may do."
  type = map(object({
    namespace       = string
    service_account = string
    managed         = string
    policy          = string
    assumes         = string
    associate       = bool
  }))
}

variable "addons" {
  description = "Add-ons of EKS whose pods have a role, and that wait for no node; version null takes the default of the Kubernetes version."
  type = map(object({
    version         = string
    role            = string
    service_account = string
  }))
  default = {}
}

variable "hosted_zones" {
  description = "Ids of the hosted zones that records are written into; * for all of the account."
  type        = list(string)
}

variable "backup_bucket" {
  description = "Bucket of the backups."
  type        = string
}

variable "backup_key" {
  description = "ARN of the KMS key that encrypts the backups; null where S3 does it with its own."
  type        = string
}

variable "secrets_region" {
  description = "Region of the secrets that the cluster reads."
  type        = string
}
