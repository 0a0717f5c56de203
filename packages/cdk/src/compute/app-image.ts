import { Fn } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { Statement } from '../policy/policy-document.ts';
import { addImageParameters } from '../template/parameters.ts';

/** The image of an app's containers, and the repository that it is pulled from. */
export interface AppImage {
  readonly container: ContainerImage;
  readonly repositoryArn: string;
}

/**
 * The image that the parameters `ImageUri` and `ImageRepository` name, or one that `cdk deploy`
 * builds from the Dockerfile of a folder.
 */
export function addImage(scope: Construct, app: string, source?: { readonly directory: string }): AppImage {
  if (source === undefined) {
    const { uri, repository } = addImageParameters(scope, app);
    return {
      container: ContainerImage.fromRegistry(uri.valueAsString),
      repositoryArn: Fn.sub(
        `arn:\${AWS::Partition}:ecr:\${AWS::Region}:\${AWS::AccountId}:repository/\${${repository.logicalId}}`,
      ),
    };
  }
  // The task definitions are for ARM, as Fargate bills it at 20 % less.
  const asset = new DockerImageAsset(scope, 'Image', { directory: source.directory, platform: Platform.LINUX_ARM64 });
  return {
    container: ContainerImage.fromDockerImageAsset(asset),
    repositoryArn: asset.repository.repositoryArn,
  };
}

/** Pulls from one repository. The token is for every registry: its action takes no resource. */
export function pullStatements({ repositoryArn }: AppImage): Statement[] {
  return [
    { Sid: 'LogInToRegistry', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    {
      Sid: 'PullImage',
      Effect: 'Allow',
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      Resource: repositoryArn,
    },
  ];
}
