output "url" {
  value = "https://${aws_lb.this.dns_name}"
}

output "cluster" {
  value = aws_ecs_cluster.this.name
}

output "service" {
  value = aws_ecs_service.this.name
}

output "role_arns" {
  value = [aws_iam_role.task.arn, aws_iam_role.execution.arn]
}
