import { randomUUID } from 'node:crypto';
import type { AwsClient } from '../../client/aws-client.ts';
import type { Properties } from '../properties.ts';
import { fieldsList, optionalFields, optionalFlag, optionalNumber, optionalText, requiredText } from '../properties.ts';
import type { MakeResource, RemoveResource } from '../resource-type.ts';
import { refuseExisting, sameJson, whenMissing } from '../resource-type.ts';

const PASSWORD_FLAGS = [
  'ExcludeLowercase',
  'ExcludeNumbers',
  'ExcludePunctuation',
  'ExcludeUppercase',
  'IncludeSpace',
  'RequireEachIncludedType',
];

const text = (value: unknown) => (typeof value === 'string' ? value : '');

async function generate(client: AwsClient, how: Properties): Promise<string> {
  const answer = await client.json('secretsmanager', 'GetRandomPassword', {
    PasswordLength: optionalNumber(how, 'PasswordLength'),
    ExcludeCharacters: optionalText(how, 'ExcludeCharacters'),
    ...Object.fromEntries(PASSWORD_FLAGS.map((name) => [name, optionalFlag(how, name)])),
  });
  const generated = text(answer.RandomPassword);
  const template = optionalText(how, 'SecretStringTemplate');
  if (template === undefined) return generated;
  const around: unknown = JSON.parse(template);
  if (typeof around !== 'object' || around === null)
    throw new TypeError('its SecretStringTemplate is not a JSON object');
  return JSON.stringify({ ...around, [requiredText(how, 'GenerateStringKey')]: generated });
}

async function wantedValue(client: AwsClient, properties: Properties): Promise<string | undefined> {
  const how = optionalFields(properties, 'GenerateSecretString');
  return how === undefined ? optionalText(properties, 'SecretString') : generate(client, how);
}

/** `AWS::SecretsManager::Secret`. A value that a secret has is never overwritten. */
export const makeSecret: MakeResource = async ({ properties, client, defaultName, past }) => {
  const name = optionalText(properties, 'Name') ?? defaultName;
  const description = optionalText(properties, 'Description');
  const made = (arn: unknown) => ({ physicalId: text(arn), attributes: { Id: text(arn) } });
  const call = (operation: string, input: object) => client.json('secretsmanager', operation, input);
  const existing = await whenMissing(call('DescribeSecret', { SecretId: name }), 'ResourceNotFoundException');
  refuseExisting(past, existing, name);
  if (existing === undefined) {
    const value = await wantedValue(client, properties);
    const created = await call('CreateSecret', {
      Name: name,
      Description: description,
      SecretString: value,
      ClientRequestToken: randomUUID(),
      Tags: fieldsList(properties, 'Tags'),
    });
    past?.created(text(created.ARN));
    return { ...made(created.ARN), outcome: 'created' };
  }
  const notes: string[] = [];
  // Absent on AWS, null on moto.
  if (typeof existing.DeletedDate === 'number') {
    await call('RestoreSecret', { SecretId: name });
    notes.push('it was marked for deletion and is restored');
  }
  if (description !== undefined && description !== existing.Description) {
    await call('UpdateSecret', { SecretId: name, Description: description });
    notes.push('its description is updated');
  }
  const valueIn = ({ SecretString, GenerateSecretString }: Properties) =>
    JSON.stringify([SecretString ?? null, GenerateSecretString ?? null]);
  if (past?.properties !== undefined && !sameJson(valueIn(past.properties), valueIn(properties))) {
    const SecretString = await wantedValue(client, properties);
    if (SecretString !== undefined) {
      await call('PutSecretValue', { SecretId: name, SecretString, ClientRequestToken: randomUUID() });
      notes.push('its value is updated');
    }
  }
  const stages = Object.values((existing.VersionIdsToStages as Record<string, string[]> | undefined) ?? {}); // AWS's model
  if (!stages.flat().includes('AWSCURRENT')) {
    const value = await wantedValue(client, properties);
    if (value !== undefined) {
      await call('PutSecretValue', { SecretId: name, SecretString: value, ClientRequestToken: randomUUID() });
      notes.push('it had no value and has one now');
    }
  }
  if (notes.length === 0) return { ...made(existing.ARN), outcome: 'unchanged' };
  return { ...made(existing.ARN), outcome: 'updated', note: notes.join('; ') };
};

export const removeSecret: RemoveResource = async ({ physicalId, client }) => {
  // CloudFormation keeps no copy to recover (template reference of AWS::SecretsManager::Secret).
  const input = { SecretId: physicalId, ForceDeleteWithoutRecovery: true };
  await whenMissing(client.json('secretsmanager', 'DeleteSecret', input), 'ResourceNotFoundException');
};
