output "bucket" {
  description = "Name of the bucket with the billing data."
  value       = aws_s3_bucket.this.id
}
