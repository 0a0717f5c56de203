import { Aws } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { named } from '../template/named.ts';
import type { Statement } from './policy-document.ts';
import { policyDocument } from './policy-document.ts';

export interface RoleOptions {
  readonly description: string;
  /**
   * Who may take it on. ECS may only for this account's tasks, or another account's could borrow
   * it.
   */
  readonly service: 'lambda.amazonaws.com' | 'ecs-tasks.amazonaws.com';
  /**
   * Inline, so that the role is never there without its permissions: event source mappings check
   * them on creation.
   */
  readonly statements: readonly Statement[];
}

export function addRole(scope: Construct, id: string, { description, service, statements }: RoleOptions): CfnRole {
  const trust: Statement = {
    Sid: 'Trust',
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    ...(service === 'ecs-tasks.amazonaws.com' && {
      Condition: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  };
  return named(
    new CfnRole(scope, id, {
      description,
      assumeRolePolicyDocument: policyDocument([trust]),
      policies: [{ policyName: 'uses', policyDocument: policyDocument(statements) }],
    }),
  );
}
