import { pascalCase } from '@twelvefold/core/internal';
import type { RemovalPolicy } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { ManifestConfig } from 'twelvefold/manifest';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';

/**
 * Adds the parameters that the app wants provisioned and the secrets, empty. Every other value is
 * pushed by a command and never owned by the stack: a parameter in a template needs a value, and a
 * secret's value has no place in one.
 *
 * @returns the secrets, by config key; keys of one secret's JSON share it
 */
export function addConfig(
  scope: Construct,
  config: ManifestConfig,
  removalPolicy: RemovalPolicy,
): ReadonlyMap<string, CfnSecret> {
  for (const { key, name, default: value } of config.parameters) {
    // Parameter Store takes no empty value; the app has the default all the same.
    if (value === undefined || value === '') continue;
    named(
      new CfnParameter(scope, `${pascalCase(key)}Parameter`, {
        name: atStage(name),
        type: 'String',
        value,
        description: `${key}, owned by the stack: change the default in the schema and deploy`,
      }),
    );
  }
  const byId = new Map<string, CfnSecret>();
  const byKey = new Map<string, CfnSecret>();
  for (const { key, id, shared } of config.secrets) {
    if (shared) continue;
    const secret = byId.get(id) ?? addSecret(scope, { key, id, removalPolicy });
    byId.set(id, secret);
    byKey.set(key, secret);
  }
  return byKey;
}

function addSecret(
  scope: Construct,
  { key, id, removalPolicy }: { key: string; id: string; removalPolicy: RemovalPolicy },
): CfnSecret {
  // By the key where the id follows from it; else by the id, which several keys may share in any
  // order.
  const follows = id.endsWith(`{stage}/${key.replaceAll('.', '/')}`);
  const name = follows
    ? key
    : id
        .split('/')
        .filter((part) => part !== '{stage}')
        .join('.');
  const secret = new CfnSecret(scope, `${pascalCase(name)}Secret`, {
    name: atStage(id),
    description: `${name}; its value is pushed, not kept in the stack`,
  });
  // Its value came from elsewhere, so the stack could not make it again.
  secret.applyRemovalPolicy(removalPolicy);
  return named(secret);
}
