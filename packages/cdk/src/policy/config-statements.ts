import { Fn } from 'aws-cdk-lib';
import type { ManifestConfig } from 'twelvefold/manifest';
import { stageText } from '../template/at-stage.ts';
import type { Statement } from './policy-document.ts';

const parameterArn = (name: string) =>
  Fn.sub(`arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter${stageText(name)}`);

/**
 * What reading config takes. Secrets are read through Parameter Store, by reference, which asks Secrets Manager with the
 * caller's own permissions: both are needed.
 *
 * The user guide ("Referencing AWS Secrets Manager secrets from Parameter Store parameters") says so but does not name
 * the resource of the first; it is the parameter's ARN as for every other name. One name that is denied rejects the
 * whole GetParameters call.
 */
export function configStatements(config: ManifestConfig, secretArns: readonly string[]): Statement[] {
  const names = [
    ...config.parameters.map(({ name }) => name),
    ...config.secrets.map(({ id }) => `/aws/reference/secretsmanager/${id}`),
  ];
  const statements: Statement[] = [];
  if (names.length > 0) {
    statements.push({
      Sid: 'ReadConfig',
      Effect: 'Allow',
      Action: 'ssm:GetParameters',
      Resource: names.map(parameterArn),
    });
  }
  if (secretArns.length > 0) {
    statements.push({
      Sid: 'ReadSecrets',
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: secretArns,
    });
  }
  return statements;
}
