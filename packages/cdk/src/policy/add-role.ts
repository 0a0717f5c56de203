import { Aws } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { named } from '../template/named.ts';
import type { Statement } from './policy-document.ts';
import { policyDocument } from './policy-document.ts';

export interface RoleOptions {
  readonly description: string;
  /** The service that may take it on. */
  readonly service: 'lambda.amazonaws.com' | 'ecs-tasks.amazonaws.com' | 'scheduler.amazonaws.com';
  /**
   * Conditions of that, by key. Without one the service could be made to borrow the role for
   * another
   * account.
   *
   * @defaultValue this account's tasks for ECS, none for Lambda, which passes no account
   */
  readonly trusts?: Readonly<Record<string, string>>;
  /**
   * Inline, so that the role is never there without its permissions: event source mappings check
   * them on creation.
   */
  readonly statements: readonly Statement[];
}

export function addRole(scope: Construct, id: string, options: RoleOptions): CfnRole {
  const { description, service, statements } = options;
  const trusts =
    options.trusts ?? (service === 'ecs-tasks.amazonaws.com' ? { 'aws:SourceAccount': Aws.ACCOUNT_ID } : undefined);
  const trust: Statement = {
    Sid: 'Trust',
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    ...(trusts && { Condition: { StringEquals: trusts } }),
  };
  return named(
    new CfnRole(scope, id, {
      description,
      assumeRolePolicyDocument: policyDocument([trust]),
      // IAM refuses a policy without statements.
      ...(statements.length > 0 && {
        policies: [{ policyName: 'uses', policyDocument: policyDocument(statements) }],
      }),
    }),
  );
}
