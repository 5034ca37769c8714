variable "machines" {
  description = "The machines, each with its zone."
  type = list(object({
    name = string
    zone = string
  }))
}

variable "instance_type" {
  description = "Their instance type."
  type        = string
}

variable "disk" {
  description = "Their root volume in gibibytes; etcd is on it."
  type        = number
}

variable "image_id" {
  description = "Id of an image; null takes the newest that image_owner and image_name find."
  type        = string
  default     = null
}

variable "image_owner" {
  description = "Account of the maker of the operating system."
  type        = string
}

variable "image_name" {
  description = "Names of its images, with an asterisk for what differs."
  type        = string
}

variable "public_key" {
  description = "Public half of the key that logs in by SSH; null for machines without one."
  type        = string
  default     = null
}

variable "kms_key" {
  description = "ARN of an existing key for the volumes; null takes that of the account."
  type        = string
  default     = null
}

variable "api_name" {
  description = "Name of the load balancer of the API server: at most 32 characters."
  type        = string

  validation {
    condition     = length(var.api_name) <= 32
    error_message = "A load balancer's name has at most 32 characters."
  }
}

variable "endpoint" {
  description = "From where the API server can be reached: private, public or both."
  type        = string
}

variable "api_cidrs" {
  description = "Who may reach the API server."
  type        = list(string)
}

variable "vpc_cidr" {
  description = "Addresses of the network."
  type        = string
}

variable "pod_cidr" {
  description = "Addresses of the pods."
  type        = string
}

variable "node_rules" {
  description = "What machines accept from each other."
  type = list(object({
    name        = string
    description = string
    protocol    = string
    from        = number
    to          = number
  }))
}

variable "source_dest_check" {
  description = "Whether AWS drops packets that do not bear the address of a machine: not where pods are routed by their own."
  type        = bool
}

variable "protected" {
  description = "Whether AWS refuses to delete the load balancer."
  type        = bool
}
