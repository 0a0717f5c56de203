import { CfnParameter } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { named } from './named.ts';

/** The logical id of the stage parameter, which `Fn::Sub` texts name. */
export const STAGE = 'Stage';

/** Where the functions' code is: `s3://{bucket}/{prefix}/{entry without extension}.zip`. */
export interface CodeParameters {
  readonly bucket: CfnParameter;
  readonly prefix: CfnParameter;
}

/** The service's image and the repository that it may be pulled from. */
export interface ImageParameters {
  readonly uri: CfnParameter;
  readonly repository: CfnParameter;
}

export function addStageParameter(scope: Construct): CfnParameter {
  return named(
    new CfnParameter(scope, STAGE, {
      type: 'String',
      description: 'The stage, part of every name, e.g. dev or prod',
      // What the runtime accepts in TWELVEFOLD_STAGE.
      allowedPattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
      maxLength: 16,
      constraintDescription: 'must be lower-case words joined by hyphens, 1 to 16 characters',
    }),
  );
}

export function addCodeParameters(scope: Construct, app: string): CodeParameters {
  return {
    bucket: named(
      new CfnParameter(scope, 'CodeBucket', {
        type: 'String',
        default: `${app}-code`,
        description: 'The S3 bucket with one zip per function',
      }),
    ),
    prefix: named(
      new CfnParameter(scope, 'CodePrefix', {
        type: 'String',
        default: 'latest',
        description: 'The key prefix of the zips; a new one with each version, or CloudFormation sees no change',
      }),
    ),
  };
}

export function addImageParameters(scope: Construct, app: string): ImageParameters {
  return {
    uri: named(
      new CfnParameter(scope, 'ImageUri', {
        type: 'String',
        default: `${app}:latest`,
        description: 'The image of the service, with its registry and its tag or digest',
      }),
    ),
    repository: named(
      new CfnParameter(scope, 'ImageRepository', {
        type: 'String',
        default: app,
        description: 'The name of the ECR repository that ImageUri is in, in this account and region',
      }),
    ),
  };
}

/** The parameter `Release`, for an app with records of runs. */
export function addReleaseParameter(scope: Construct): CfnParameter {
  return named(
    new CfnParameter(scope, 'Release', {
      type: 'String',
      default: '',
      description: 'Identifies the deployed code, e.g. a commit: tasks that run once per release need it',
    }),
  );
}
