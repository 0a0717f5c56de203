import { Fn } from 'aws-cdk-lib';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ManifestAccess, ManifestConfig } from 'twelvefold/manifest';
import { atStage, stageText } from '../template/at-stage.ts';
import type { Statement } from './policy-document.ts';

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
 * What reading config takes: exactly the plan's actions on exactly its names. Secrets are read through Parameter Store, by reference,
 * which asks Secrets Manager with the caller's own permissions: both are needed.
 *
 * The user guide ("Referencing AWS Secrets Manager secrets from Parameter Store parameters") says so but does not name
 * the resource of the first; it is the parameter's ARN as for every other name. One name that is denied rejects the
 * whole GetParameters call.
 */
export function configStatements(config: ManifestConfig, secrets: ReadonlyMap<string, CfnSecret>): Statement[] {
  const refs = new Map(config.secrets.flatMap(({ key, id }) => [[id, secrets.get(key)?.ref] as const]));
  // Secrets Manager puts a hyphen and six characters behind the name of a secret that is not of this template.
  const secretArn = (id: string) =>
    id.startsWith('arn:') ? atStage(id) : (refs.get(id) ?? arn('secretsmanager', `secret:${stageText(id)}-??????`));
  const onWhat = ({ on, names }: ManifestAccess): Pick<Statement, 'Resource' | 'Condition'> => {
    switch (on) {
      case 'parameters':
        return { Resource: names.map(parameterArn) };
      case 'secrets':
        return { Resource: [...new Set(names.map(secretArn))] };
      case 'anything':
        return { Resource: '*' };
      case 'keyOfParameters':
        // Whichever key they are under, and for nothing but these parameters: Parameter Store names them in the encryption context.
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
  return (config.access ?? accessOf(config)).map((access) => ({
    Sid: SIDS[access.action] ?? 'Config',
    Effect: 'Allow',
    Action: access.action,
    ...onWhat(access),
  }));
}

/** For a manifest that does not say. */
function accessOf({ parameters, secrets }: ManifestConfig): ManifestAccess[] {
  const ids = [...new Set(secrets.map(({ id }) => id))];
  const names = [...parameters.map(({ name }) => name), ...ids.map((id) => `/aws/reference/secretsmanager/${id}`)];
  return [
    ...(names.length > 0 ? [{ action: 'ssm:GetParameters', on: 'parameters', names } as const] : []),
    ...(ids.length > 0 ? [{ action: 'secretsmanager:GetSecretValue', on: 'secrets', names: ids } as const] : []),
  ];
}
