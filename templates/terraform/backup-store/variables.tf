variable "bucket" {
  description = "Name of the bucket."
  type        = string
}

variable "kms_key" {
  description = "ARN of the KMS key that encrypts what is in the bucket; null for the key of S3."
  type        = string
}

variable "keep_deleted_days" {
  description = "How many days what was deleted can be had back."
  type        = number
}

variable "tls_only" {
  description = "Requests that are not encrypted on the way are refused."
  type        = bool
}
