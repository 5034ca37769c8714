variable "kms_key" {
  description = "ARN of the KMS key that encrypts the copies; null for the key of AWS Backup."
  type        = string
}

variable "schedule" {
  description = "When copies are made, as AWS writes it."
  type        = string
}

variable "keep_days" {
  description = "How many days a copy is kept."
  type        = number
}
