resource "aws_kms_key" "artifacts" {
  description         = "Encrypts the artifacts of ${var.app}"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "artifacts" {
  bucket_prefix = "${var.app}-artifacts-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.artifacts.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket                  = aws_s3_bucket.artifacts.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  rule {
    id     = "expire"
    status = "Enabled"
    filter {}
    expiration {
      days = 90
    }
  }
}

data "aws_iam_policy_document" "only_tls" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  policy = data.aws_iam_policy_document.only_tls.json
}

# A tag is a commit and never changes.
resource "aws_ecr_repository" "images" {
  name                 = var.app
  image_tag_mutability = "IMMUTABLE"
  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "images" {
  repository = aws_ecr_repository.images.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":50},\"action\":{\"type\":\"expire\"}}]}"
}

# Builds the image natively for arm64, and leaves what the ECS action reads.
resource "aws_codebuild_project" "image" {
  name           = "${var.app}-image"
  description    = "Builds the image of the service"
  service_role   = aws_iam_role.build.arn
  build_timeout  = 20
  encryption_key = aws_kms_key.artifacts.arn

  artifacts {
    type = "CODEPIPELINE"
  }

  environment {
    type            = "ARM_CONTAINER"
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/amazonlinux-aarch64-standard:3.0"
    privileged_mode = true # Docker in CodeBuild needs it
    environment_variable {
      name  = "REPOSITORY"
      value = aws_ecr_repository.images.repository_url
    }
  }

  source {
    type      = "CODEPIPELINE"
    buildspec = file("${path.module}/buildspec-image.yml")
  }
}

# Runs the commands that an action passes: tests, and the check of a stage's config.
resource "aws_codebuild_project" "commands" {
  name           = "${var.app}-commands"
  service_role   = aws_iam_role.build.arn
  build_timeout  = 20
  encryption_key = aws_kms_key.artifacts.arn

  artifacts {
    type = "CODEPIPELINE"
  }

  environment {
    type         = "ARM_CONTAINER"
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/amazonlinux-aarch64-standard:3.0"
  }

  source {
    type      = "CODEPIPELINE"
    buildspec = file("${path.module}/buildspec-commands.yml")
  }
}

resource "aws_codepipeline" "this" {
  name           = var.app
  pipeline_type  = "V2"
  execution_mode = "QUEUED" # a newer commit waits for the one that is being deployed
  role_arn       = aws_iam_role.pipeline.arn

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.bucket
    encryption_key {
      type = "KMS"
      id   = aws_kms_key.artifacts.arn
    }
  }

  stage {
    name = "Source"
    action {
      name             = "Source"
      namespace        = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["Code"]
      configuration = {
        ConnectionArn    = var.connection_arn
        FullRepositoryId = var.repository
        BranchName       = var.branch
      }
    }
  }

  stage {
    name = "Build"
    action {
      name            = "Test"
      category        = "Build"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      input_artifacts = ["Code"]
      configuration = {
        ProjectName          = aws_codebuild_project.commands.name
        EnvironmentVariables = "[{\"name\":\"COMMANDS\",\"value\":\"npm ci && npm test\"}]"
      }
    }
    action {
      name             = "Image"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["Code"]
      output_artifacts = ["Image"]
      configuration = {
        ProjectName          = aws_codebuild_project.image.name
        EnvironmentVariables = "[{\"name\":\"VERSION\",\"value\":\"#{Source.CommitId}\"}]"
      }
    }
  }

  stage {
    name = "Scan"
    action {
      name             = "Image"
      category         = "Invoke"
      owner            = "AWS"
      provider         = "InspectorScan"
      version          = "1"
      output_artifacts = ["Findings"]
      configuration = {
        InspectorRunMode  = "ECRImageScan"
        ECRRepositoryName = aws_ecr_repository.images.name
        ImageTag          = "#{Source.CommitId}"
        CriticalThreshold = 1
        HighThreshold     = 1
      }
    }
  }

  stage {
    name = "Staging"
    on_failure {
      result = "ROLLBACK"
    }
    action {
      name            = "Check"
      run_order       = 1
      category        = "Build"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      input_artifacts = ["Code"]
      configuration = {
        ProjectName          = aws_codebuild_project.commands.name
        EnvironmentVariables = "[{\"name\":\"COMMANDS\",\"value\":\"npm ci && export TWELVEFOLD_STAGE=staging && npx twelvefold config doctor app.ts --no-env\"}]"
      }
    }
    action {
      name            = "Deploy"
      run_order       = 4
      category        = "Deploy"
      owner           = "AWS"
      provider        = "ECS"
      version         = "1"
      input_artifacts = ["Image"]
      configuration = {
        ClusterName = module.service["staging"].cluster
        ServiceName = module.service["staging"].service
      }
    }
  }

  stage {
    name = "Production"
    on_failure {
      result = "ROLLBACK"
    }
    action {
      name            = "Check"
      run_order       = 1
      category        = "Build"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      input_artifacts = ["Code"]
      configuration = {
        ProjectName          = aws_codebuild_project.commands.name
        EnvironmentVariables = "[{\"name\":\"COMMANDS\",\"value\":\"npm ci && export TWELVEFOLD_STAGE=production && npx twelvefold config doctor app.ts --no-env\"}]"
      }
    }
    action {
      name      = "Approve"
      run_order = 3
      category  = "Approval"
      owner     = "AWS"
      provider  = "Manual"
      version   = "1"
    }
    action {
      name            = "Deploy"
      run_order       = 4
      category        = "Deploy"
      owner           = "AWS"
      provider        = "ECS"
      version         = "1"
      input_artifacts = ["Image"]
      configuration = {
        ClusterName = module.service["production"].cluster
        ServiceName = module.service["production"].service
      }
    }
  }
}
