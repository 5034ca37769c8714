provider "aws" {
  region  = var.region
  profile = var.profile

  # A second guard beside kp's own: the provider refuses any other account.
  allowed_account_ids = var.account == null ? null : [var.account]

  dynamic "assume_role" {
    for_each = var.assume_role == null ? [] : [var.assume_role]

    content {
      role_arn     = assume_role.value
      session_name = "kp-${var.cluster}"
    }
  }

  default_tags {
    tags = var.tags
  }
}
