variable "app" {
  type    = string
  default = "catalog"
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "connection_arn" {
  type        = string
  description = "A CodeConnections connection to GitHub, GitLab or Bitbucket, authorized in the console"
}

variable "repository" {
  type        = string
  description = "owner/name"
}

variable "branch" {
  type    = string
  default = "main"
}

variable "certificate_arns" {
  type        = map(string)
  description = "The certificate of each stage's load balancer"
}

variable "first_image" {
  type        = string
  description = "The image that the services start with; after that the pipeline chooses"
}
