variable "machine_policies" {
  description = "Managed policies of every machine."
  type        = list(string)
}

variable "policies" {
  description = "What controllers may do with the rights of the worker that they run on: by name, one of the files beside this one."
  type = map(object({
    file    = string
    assumes = string
  }))
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
