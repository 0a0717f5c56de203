output "urls" {
  value = { for stage, service in module.service : stage => service.url }
}

output "image_repository" {
  value = aws_ecr_repository.images.repository_url
}
