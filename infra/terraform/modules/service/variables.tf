variable "app" { type = string }
variable "stage" { type = string }
variable "region" { type = string }
variable "account" { type = string }
variable "partition" { type = string }
variable "vpc_id" { type = string }
variable "public_subnets" { type = list(string) }
variable "private_subnets" { type = list(string) }
variable "certificate_arn" { type = string }
variable "image" { type = string }
variable "image_repository" { type = string }

variable "min_tasks" {
  type    = number
  default = 2
}

variable "max_tasks" {
  type    = number
  default = 6
}

variable "stop_timeout" {
  type        = number
  default     = 30
  description = "Seconds between SIGTERM and SIGKILL, also the deregistration delay"
}

variable "log_retention_days" {
  type    = number
  default = 30
}
