# One service per stage, from one module. The pipeline changes their image, and nothing else of them.
module "service" {
  source   = "./modules/service"
  for_each = toset(["staging", "production"])

  app              = var.app
  stage            = each.key
  region           = var.region
  account          = local.account
  partition        = local.partition
  vpc_id           = aws_vpc.this.id
  public_subnets   = aws_subnet.public[*].id
  private_subnets  = aws_subnet.private[*].id
  certificate_arn  = var.certificate_arns[each.key]
  image            = var.first_image
  image_repository = aws_ecr_repository.images.name
}
