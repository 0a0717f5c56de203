import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { registry } from './registry.ts';

/** The SDK's client and the folder of each service that the SDK has schemas of. */
const CLIENTS = [
  { name: 'dynamodb', client: 'dynamodb', folder: 'dynamodb' },
  { name: 'dynamodbstreams', client: 'dynamodb-streams', folder: 'dynamodb-streams' },
  { name: 'kms', client: 'kms', folder: 'kms' },
  { name: 'logs', client: 'cloudwatch-logs', folder: 'logs' },
  { name: 'monitoring', client: 'cloudwatch', folder: 'cloudwatch' },
  { name: 'secretsmanager', client: 'secrets-manager', folder: 'secretsmanager' },
  { name: 'sns', client: 'sns', folder: 'sns' },
  { name: 'sqs', client: 'sqs', folder: 'sqs' },
  { name: 'ssm', client: 'ssm', folder: 'ssm' },
  { name: 'sts', client: 'sts', folder: 'sts' },
];

/** Every word of a service's sources and of its page of differences. */
function wordsOf(folder: string): Set<string> {
  const files = readdirSync(join(import.meta.dirname, folder), { withFileTypes: true, recursive: true });
  const texts = files
    .filter((file) => file.isFile() && /\.(ts|md)$/.test(file.name) && !file.name.endsWith('.test.ts'))
    .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
  const shared = readFileSync(join(import.meta.dirname, 'json-tags.ts'), 'utf8');
  return new Set([...texts, shared].join('\n').match(/\w+/g));
}

/** A schema of the SDK's: 3 is a structure with its members' names at 4, which is all that is read here. */
type Schema = readonly [kind: number, namespace: string, name: string, traits: unknown, input: unknown];

function inputMembers(command: unknown): readonly string[] {
  if (typeof command !== 'function') throw new Error('the SDK does not have this operation');
  const { schema } = Reflect.construct(command, [{}]) as { schema: Schema }; // what the SDK's commands carry
  const input = schema[4];
  const structure = (typeof input === 'function' ? input() : input) as Schema; // a structure, or a function that gives it
  return structure[0] === 3 ? (structure[4] as readonly string[]) : [];
}

describe.each(CLIENTS)('$name', ({ name, client, folder }) => {
  it('drops no member of an input in silence: it is read, refused by name, or on the page of differences', async () => {
    const service = await registry.find((entry) => entry.name === name)?.load();
    const sdk: Record<string, unknown> = await import(`@aws-sdk/client-${client}`);
    const words = wordsOf(folder);
    const dropped = Object.keys(service?.actions ?? {}).flatMap((operation) =>
      inputMembers(sdk[`${operation}Command`])
        .filter((member) => !words.has(member))
        .map((member) => `${operation}.${member}`),
    );
    expect(dropped).toEqual([]);
  });
});
