variable "bucket" {
  description = "Name of the bucket."
  type        = string
}

variable "columns" {
  description = "Columns of CUR 2.0 that are exported."
  type        = list(string)
}

variable "keep_days" {
  description = "How many days a month is kept after its last export."
  type        = number
}

variable "tls_only" {
  description = "Requests that are not encrypted on the way are refused."
  type        = bool
}

variable "export" {
  description = "Whether the export itself is made; an emulator knows none."
  type        = bool
}
