output "cluster_name" {
  value = aws_eks_cluster.this.name
}

output "cluster_arn" {
  value = aws_eks_cluster.this.arn
}

output "endpoint" {
  value = aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "Certificate of the API server's authority, in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "oidc_issuer" {
  value = try(aws_eks_cluster.this.identity[0].oidc[0].issuer, null)
}
