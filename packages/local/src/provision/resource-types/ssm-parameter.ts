import { createHash } from 'node:crypto';
import type { AwsClient } from '../../client/aws-client.ts';
import type { Properties } from '../properties.ts';
import { optionalFields, optionalText, requiredText } from '../properties.ts';
import type { MakeResource, RemoveResource } from '../resource-type.ts';
import { refuseExisting, whenMissing } from '../resource-type.ts';

/**
 * Holds a digest of the value that this template gave last. CloudFormation knows by its own state
 * whether a user pushed a value since; here the tag says it, and a pushed value stays.
 */
const MARK = 'twelvefold:provisioned-value';

const digest = (value: string) => createHash('sha256').update(value).digest('hex').slice(0, 32);

async function markOf(client: AwsClient, name: string): Promise<string | undefined> {
  const { TagList } = await client.json('ssm', 'ListTagsForResource', { ResourceType: 'Parameter', ResourceId: name });
  const tags = TagList as ReadonlyArray<{ Key: string; Value: string }> | undefined; // its shape in AWS's model
  return tags?.find(({ Key }) => Key === MARK)?.Value;
}

function readInput(properties: Properties, type: string) {
  const optional = ['Description', 'AllowedPattern', 'Tier', 'DataType', 'Policies'] as const;
  return {
    Type: type,
    ...Object.fromEntries(optional.map((name) => [name, optionalText(properties, name)])),
  };
}

/**
 * `AWS::SSM::Parameter`. A value that a user pushed since the template last gave one is left
 * alone.
 */
export const makeParameter: MakeResource = async ({ properties, client, defaultName, past }) => {
  const name = optionalText(properties, 'Name') ?? `CFN-${defaultName}`;
  const type = requiredText(properties, 'Type');
  if (type === 'SecureString') {
    throw new TypeError('CloudFormation cannot create a SecureString; push it with a command, or use a secret');
  }
  const value = optionalText(properties, 'Value') ?? '';
  const read = await whenMissing(client.json('ssm', 'GetParameter', { Name: name }), 'ParameterNotFound');
  const current = read?.Parameter as { Value?: string } | undefined; // its shape in AWS's model
  refuseExisting(past, current, name);
  const made = (now: string) => ({ physicalId: name, attributes: { Type: type, Value: now } });
  if (current !== undefined) {
    const now = current.Value ?? '';
    // CloudFormation remembers what it has set, and sets what the template changes.
    const isOfStack = past !== undefined && value !== '';
    if (now === value && !isOfStack) return { ...made(now), outcome: 'unchanged' };
    if (!isOfStack && (value === '' || (await markOf(client, name)) !== digest(now))) {
      return { ...made(now), outcome: 'unchanged', note: 'its value was pushed by a user and stays' };
    }
  }
  if (value === '')
    throw new TypeError('its property Value is missing or empty, and Parameter Store takes no empty value');
  const tags = { ...optionalFields(properties, 'Tags'), [MARK]: digest(value) };
  const Tags = Object.entries(tags).map(([Key, tag]) => ({ Key, Value: String(tag) }));
  const input = { ...readInput(properties, type), Name: name, Value: value };
  if (current === undefined) {
    await client.json('ssm', 'PutParameter', { ...input, Tags });
    past?.created(name);
    return { ...made(value), outcome: 'created' };
  }
  await client.json('ssm', 'PutParameter', { ...input, Overwrite: true });
  await client.json('ssm', 'AddTagsToResource', { ResourceType: 'Parameter', ResourceId: name, Tags });
  return { ...made(value), outcome: 'updated' };
};

export const removeParameter: RemoveResource = async ({ physicalId, client }) => {
  await whenMissing(client.json('ssm', 'DeleteParameter', { Name: physicalId }), 'ParameterNotFound');
};
