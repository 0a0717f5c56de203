import type { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { Statement } from './policy-document.ts';

/** Writing to the streams of one log group, whose ARN ends in `:*` as CloudFormation gives it. */
export function logStatement(group: CfnLogGroup): Statement {
  return {
    Sid: 'WriteLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: group.attrArn,
  };
}
