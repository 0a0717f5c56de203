import type { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import type { CfnTopic } from 'aws-cdk-lib/aws-sns';
import type { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import type { ManifestResource } from 'twelvefold/manifest';

/** A resource of the manifest in the template. */
export interface Attached {
  readonly declared: ManifestResource;
  readonly resource: CfnQueue | CfnTopic | CfnTable;
  /** What its policies name: never with an index or a wildcard behind. */
  readonly arn: string;
  /** What its binding holds: URL, ARN or name. */
  readonly value: string;
}
