output "bucket" {
  description = "Name of the bucket of the backups."
  value       = aws_s3_bucket.this.id
}
