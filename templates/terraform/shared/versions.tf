terraform {
  # The lock file in the bucket (use_lockfile) is there since Terraform 1.10 and OpenTofu 1.10.
  required_version = ">= 1.10.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.47"
    }
  }
}
