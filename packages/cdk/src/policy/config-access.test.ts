import type { ManifestAccess, ManifestConfig } from 'twelvefold/manifest';
import { expect, it } from 'vitest';
import { shopManifest } from '../testing/shop-manifest.fixture.ts';
import { ofType, resourceOf, shopProps, sub, synthesize } from '../testing/synthesize.fixture.ts';
import type { PolicyDocument } from './policy-document.ts';

const config: ManifestConfig = {
  parameters: [
    { key: 'token', name: '/shop/{stage}/token' },
    { key: 'currency', name: '/shared/currency', shared: true },
  ],
  secrets: [
    { key: 'database.user', id: 'shop/{stage}/database' },
    { key: 'database.password', id: 'shop/{stage}/database' },
    { key: 'datadog', id: 'shared/datadog', shared: true },
  ],
};
const access: ManifestAccess[] = [
  { action: 'ssm:GetParameters', on: 'parameters', names: ['/shop/{stage}/token', '/shared/currency'] },
  { action: 'secretsmanager:GetSecretValue', on: 'secrets', names: ['shop/{stage}/database', 'shared/datadog'] },
  { action: 'secretsmanager:BatchGetSecretValue', on: 'anything', names: ['shop/{stage}/database'] },
  { action: 'kms:Decrypt', on: 'keyOfParameters', names: ['/shop/{stage}/token'] },
];

/** The shop with its first component, `http`, reading this config. */
const reading = (config: ManifestConfig, access: readonly ManifestAccess[]) => {
  const [http, ...others] = shopManifest.components;
  const reader = { ...http, config: { reads: config.parameters.map(({ key }) => key), access } };
  return synthesize({ ...shopProps, manifest: { ...shopManifest, config, components: [reader, ...others] } });
};
const template = reading(config, access);
const here = (service: string, rest: string) =>
  sub(`arn:{AWS::Partition}:${service}:{AWS::Region}:{AWS::AccountId}:${rest}`);

it('makes one secret for the keys of its JSON, and neither what stages share nor a SecureString', () => {
  expect(ofType(template, 'AWS::SecretsManager::Secret')).toEqual(['ShopDatabaseSecret']);
  expect(resourceOf(template, 'ShopDatabaseSecret').Properties.Name).toEqual(sub('shop/{Stage}/database'));
  const parameters = ofType(template, 'AWS::SSM::Parameter').filter((id) => !id.endsWith('Binding'));
  expect(parameters).toEqual([]);
});

it("grants exactly the plan's actions on its names, and a key only for the parameters under it", () => {
  const { Policies } = resourceOf(template, 'HttpFunctionRole').Properties;
  const [policy] = Policies as ReadonlyArray<{ PolicyDocument: PolicyDocument }>; // IAM's shape
  const sids = ['ReadConfig', 'ReadSecrets', 'ReadSecretBatches', 'DecryptConfig'];
  expect(policy?.PolicyDocument.Statement.filter(({ Sid }) => sids.includes(Sid))).toEqual([
    {
      Sid: 'ReadConfig',
      Effect: 'Allow',
      Action: 'ssm:GetParameters',
      Resource: [here('ssm', 'parameter/shop/{Stage}/token'), here('ssm', 'parameter/shared/currency')],
    },
    {
      Sid: 'ReadSecrets',
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: [{ Ref: 'ShopDatabaseSecret' }, here('secretsmanager', 'secret:shared/datadog-??????')],
    },
    { Sid: 'ReadSecretBatches', Effect: 'Allow', Action: 'secretsmanager:BatchGetSecretValue', Resource: '*' },
    {
      Sid: 'DecryptConfig',
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: here('kms', 'key/*'),
      Condition: {
        StringEquals: {
          'kms:EncryptionContext:PARAMETER_ARN': [here('ssm', 'parameter/shop/{Stage}/token')],
          'kms:ViaService': sub('ssm.{AWS::Region}.amazonaws.com'),
        },
      },
    },
  ]);
});

it('grants what AWS or another account owns by its own name, and does not create it', () => {
  const secretArn = 'arn:aws:secretsmanager:eu-west-1:210987654321:secret:shared/db-AbCdEf';
  const parameterArn = 'arn:aws:ssm:eu-west-1:210987654321:parameter/shared/rate';
  const names = ['/aws/service/ami', 'tax-rate', parameterArn];
  const foreign: ManifestConfig = {
    parameters: names.map((name, at) => ({ key: `p-${at}`, name, shared: true })),
    secrets: [
      { key: 'db', id: 'rds!cluster-1', shared: true },
      { key: 'far', id: secretArn, shared: true },
    ],
  };
  const grants: ManifestAccess[] = [
    { action: 'ssm:GetParameters', on: 'parameters', names },
    { action: 'secretsmanager:GetSecretValue', on: 'secrets', names: ['rds!cluster-1', secretArn] },
  ];
  const stack = reading(foreign, grants);
  expect(ofType(stack, 'AWS::SecretsManager::Secret')).toEqual([]);
  const { Policies } = resourceOf(stack, 'HttpFunctionRole').Properties;
  const [policy] = Policies as ReadonlyArray<{ PolicyDocument: PolicyDocument }>; // IAM's shape
  const resources = policy?.PolicyDocument.Statement.filter(({ Sid }) => /Config|Secrets/.test(Sid ?? ''));
  expect(resources?.map(({ Resource }) => Resource)).toEqual([
    [
      sub('arn:{AWS::Partition}:ssm:{AWS::Region}::parameter/aws/service/ami'),
      here('ssm', 'parameter/tax-rate'),
      parameterArn,
    ],
    [here('secretsmanager', 'secret:rds!cluster-1-??????'), secretArn],
  ]);
});
