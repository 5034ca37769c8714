# What AWS bills, line by line, in a bucket of one's own: Data Exports with the columns of CUR 2.0, as Parquet.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  arn     = "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}"
  account = data.aws_caller_identity.current.account_id

  # The service is in one region, whatever it exports.
  from = "us-east-1:${local.account}"
}

resource "aws_s3_bucket" "this" {
  bucket = var.bucket

  # AWS exports the whole month anew each time: what is in it is a copy.
  force_destroy = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "old-months"
    status = "Enabled"

    filter {}

    expiration {
      days = var.keep_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "KpDataExports"
          Effect    = "Allow"
          Principal = { Service = ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"] }
          Action    = ["s3:PutObject", "s3:GetBucketPolicy"]
          Resource  = [local.arn, "${local.arn}/*"]
          Condition = {
            StringEquals = { "aws:SourceAccount" = local.account }
            ArnLike = {
              "aws:SourceArn" = [
                "arn:${data.aws_partition.current.partition}:bcm-data-exports:${local.from}:export/*",
                "arn:${data.aws_partition.current.partition}:cur:${local.from}:definition/*",
              ]
            }
          }
        }
      ],
      var.tls_only ? [
        {
          Sid       = "KpTlsOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = [local.arn, "${local.arn}/*"]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        }
      ] : [],
    )
  })

  # Two changes of what may be public at the same time are refused.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_bcmdataexports_export" "this" {
  count = var.export ? 1 : 0

  export {
    name = "${var.cluster}-billing"

    data_query {
      query_statement = "SELECT ${join(", ", var.columns)} FROM COST_AND_USAGE_REPORT"

      table_configurations = {
        COST_AND_USAGE_REPORT = {
          TIME_GRANULARITY                      = "DAILY"
          INCLUDE_RESOURCES                     = "TRUE"
          INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY = "FALSE"
          INCLUDE_SPLIT_COST_ALLOCATION_DATA    = "FALSE"
        }
      }
    }

    destination_configurations {
      s3_destination {
        s3_bucket = aws_s3_bucket.this.id
        s3_prefix = "cur2"
        s3_region = var.region

        s3_output_configurations {
          overwrite   = "OVERWRITE_REPORT"
          format      = "PARQUET"
          compression = "PARQUET"
          output_type = "CUSTOM"
        }
      }
    }

    refresh_cadence {
      frequency = "SYNCHRONOUS"
    }
  }

  # It tries to write when it is made.
  depends_on = [aws_s3_bucket_policy.this]
}
