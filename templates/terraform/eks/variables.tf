variable "kubernetes_version" {
  description = "Minor version of Kubernetes."
  type        = string
}

variable "service_cidr" {
  description = "Addresses of the Services. Cannot be changed later."
  type        = string
}

variable "endpoint" {
  description = "From where the API server can be reached: private, public or both."
  type        = string
}

variable "allowed_cidrs" {
  description = "Who may reach a public endpoint."
  type        = list(string)
  default     = []
}

variable "logs" {
  description = "Control-plane logs that are kept."
  type        = list(string)
}

variable "encryption" {
  description = "Whether Secrets are encrypted with a key of KMS."
  type        = bool
}

variable "kms_key" {
  description = "ARN of an existing key; null makes one."
  type        = string
  default     = null
}

variable "support" {
  description = "What happens when the version leaves standard support: standard upgrades, extended pays."
  type        = string
}

variable "protected" {
  description = "Whether AWS refuses to delete the cluster."
  type        = bool
}

variable "admins" {
  description = "ARNs of the roles and users that administer the cluster besides its maker."
  type        = list(string)
  default     = []
}

variable "addons" {
  description = "Add-ons of EKS by name; version null takes the default of the Kubernetes version."
  type        = map(object({ version = string }))
  default     = {}
}
