import { pascalCase } from '@twelvefold/core/internal';
import { Fn } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ManifestAccess, ManifestComponent, ManifestConfig } from 'twelvefold/manifest';
import type { Attached } from '../data/add-resources.ts';
import { atStage, stageText } from '../template/at-stage.ts';
import type { Statement } from './policy-document.ts';

/**
 * The permissions of components on resources: one statement per resource, with the actions of all
 * components, and one per part of a resource that some component has actions on.
 */
export function grantStatements(
  components: ReadonlyArray<Pick<ManifestComponent, 'grants'>>,
  attached: ReadonlyMap<string, Attached>,
): Statement[] {
  const grants = components.flatMap((component) => component.grants);
  const actionsOn = (key: string, part: string | undefined) => [
    ...new Set(grants.filter((one) => one.resource === key && one.part === part).flatMap(({ actions }) => actions)),
  ];
  return [...attached].flatMap(([key, { arns, parts }]) => [
    ...statement(`Use${pascalCase(key)}`, actionsOn(key, undefined), arns),
    ...[...parts].flatMap(([part, arn]) =>
      statement(`Use${pascalCase(key)}${pascalCase(part)}`, actionsOn(key, part), [arn]),
    ),
  ]);
}

function statement(Sid: string, actions: readonly string[], arns: readonly unknown[]): Statement[] {
  if (actions.length === 0) return [];
  return [{ Sid, Effect: 'Allow', Action: actions, Resource: arns.length === 1 ? arns[0] : arns }];
}

/** Writing to the streams of one log group, whose ARN ends in `:*` as CloudFormation gives it. */
export function logStatement(group: ILogGroup): Statement {
  return {
    Sid: 'WriteLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: group.logGroupArn,
  };
}

const arn = (service: string, rest: string) =>
  Fn.sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`);
/** An ARN stays; the public parameters of AWS (`/aws/service/...`) belong to no account. */
const parameterArn = (name: string) => {
  if (name.startsWith('arn:')) return atStage(name);
  if (name.startsWith('/aws/service/')) return Fn.sub(`arn:\${AWS::Partition}:ssm:\${AWS::Region}::parameter${name}`);
  return arn('ssm', `parameter${name.startsWith('/') ? '' : '/'}${stageText(name)}`);
};

const SIDS: Readonly<Record<string, string>> = {
  'ssm:GetParameters': 'ReadConfig',
  'ssm:GetParametersByPath': 'ReadConfigByPath',
  'secretsmanager:GetSecretValue': 'ReadSecrets',
  'secretsmanager:BatchGetSecretValue': 'ReadSecretBatches',
  'kms:Decrypt': 'DecryptConfig',
};

/**
 * The permissions for the config that components read: exactly the plan's actions on exactly its
 * names. Secrets are read through Parameter Store, by reference, which asks Secrets Manager with
 * the caller's own permissions: both are needed.
 *
 * The user guide ("Referencing AWS Secrets Manager secrets from Parameter Store parameters") says
 * so but does not name the resource of the first; it is the parameter's ARN as for every other
 * name. One name that is denied rejects the whole GetParameters call.
 */
export function configStatements(
  components: ReadonlyArray<Pick<ManifestComponent, 'config'>>,
  config: ManifestConfig,
  secrets: ReadonlyMap<string, CfnSecret>,
): Statement[] {
  const refs = new Map(config.secrets.flatMap(({ key, id }) => [[id, secrets.get(key)?.ref] as const]));
  // Secrets Manager puts a hyphen and six characters behind the name of a secret that is not of
  // this template.
  const secretArn = (id: string) =>
    id.startsWith('arn:')
      ? atStage(id)
      : (refs.get(id) ?? arn('secretsmanager', `secret:${stageText(id)}${id.endsWith('/*') ? '' : '-??????'}`));
  const onWhat = ({ on, names }: ManifestAccess): Pick<Statement, 'Resource' | 'Condition'> => {
    switch (on) {
      case 'parameters':
        return { Resource: names.map(parameterArn) };
      case 'secrets':
        return { Resource: [...new Set(names.map(secretArn))] };
      case 'anything':
        return { Resource: '*' };
      case 'keyOfParameters':
        // Whichever key they are under, and for nothing but these parameters: Parameter Store names
        // them in the encryption context.
        return {
          Resource: arn('kms', 'key/*'),
          Condition: {
            StringEquals: {
              'kms:EncryptionContext:PARAMETER_ARN': names.map(parameterArn),
              'kms:ViaService': Fn.sub(`ssm.\${AWS::Region}.amazonaws.com`),
            },
          },
        };
    }
  };
  return joined(components.flatMap((component) => component.config?.access ?? [])).map((access) => ({
    Sid: SIDS[access.action] ?? 'Config',
    Effect: 'Allow',
    Action: access.action,
    ...onWhat(access),
  }));
}

/** One statement per action: a service runs several components. */
function joined(all: readonly ManifestAccess[]): ManifestAccess[] {
  const byAction = new Map<string, ManifestAccess>();
  for (const access of all) {
    const names = [...(byAction.get(access.action)?.names ?? []), ...access.names];
    byAction.set(access.action, { ...access, names: [...new Set(names)] });
  }
  return [...byAction.values()];
}
