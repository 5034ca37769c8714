variable "region" {
  description = "AWS region of everything in this stack."
  type        = string
}

variable "account" {
  description = "Account that the credentials must belong to; null asks for none."
  type        = string
  default     = null
}

variable "profile" {
  description = "Profile of the AWS configuration; null takes what the environment says."
  type        = string
  default     = null
}

variable "assume_role" {
  description = "ARN of a role to take on; null for none."
  type        = string
  default     = null
}

variable "cluster" {
  description = "Name of the cluster; begins the names of what is made."
  type        = string
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
}
