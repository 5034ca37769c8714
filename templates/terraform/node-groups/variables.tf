variable "kubernetes_version" {
  description = "Minor version of Kubernetes."
  type        = string
}

variable "pools" {
  description = "The node pools."
  type = list(object({
    name          = string
    instance_type = string
    ami_type      = string
    capacity      = string
    min           = number
    max           = number
    max_pods      = number
    disk          = number
    zones         = list(string)
    labels        = map(string)
    taints = list(object({
      key    = string
      value  = string
      effect = string
    }))
    volumes = list(object({
      device = string
      size   = number
      type   = string
      iops   = number
    }))
  }))
}

variable "addons" {
  description = "Add-ons of EKS by name; version null takes the default of the Kubernetes version."
  type = map(object({
    version         = string
    role            = string
    service_account = string
  }))
  default = {}
}

variable "identity" {
  description = "How pods get their role: pod-identity or irsa."
  type        = string
}
