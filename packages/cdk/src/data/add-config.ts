import type { RemovalPolicy } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { ManifestConfig } from 'twelvefold/manifest';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import { pascalCase } from '../template/pascal-case.ts';

/**
 * Adds the parameters that have a default and the secrets, empty. Every other value is pushed by a command and never owned by the
 * stack: a parameter in a template needs a value, and a secret's value has no place in one.
 *
 * @returns the secrets, by config key
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
        description: `The default of ${key}; a value pushed over it stays until the default changes`,
      }),
    );
  }
  return new Map(
    config.secrets.map(({ key, id }) => {
      const secret = new CfnSecret(scope, `${pascalCase(key)}Secret`, {
        name: atStage(id),
        description: `${key}; its value is pushed, not kept in the stack`,
      });
      // Its value came from elsewhere, so the stack could not make it again.
      secret.applyRemovalPolicy(removalPolicy);
      return [key, named(secret)];
    }),
  );
}
