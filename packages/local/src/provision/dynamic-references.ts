import type { AwsClient } from '../client/aws-client.ts';

/** `{{resolve:SERVICE:REFERENCE}}` (CloudFormation user guide, dynamic references). */
const REFERENCE = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}/g;

async function readParameter(client: AwsClient, reference: string): Promise<string> {
  const { Parameter } = await client.json('ssm', 'GetParameter', { Name: reference, WithDecryption: true });
  return (Parameter as { Value: string }).Value; // AWS's model
}

/**
 * `ID:SecretString:KEY:STAGE:VERSION`, of which only the id is required; an id that is an ARN has
 * seven parts.
 */
async function readSecret(client: AwsClient, reference: string): Promise<string> {
  const parts = reference.split(':');
  const length = reference.startsWith('arn:') ? 7 : 1;
  const SecretId = parts.slice(0, length).join(':');
  const [, key = '', stage = '', version = ''] = parts.slice(length);
  const answer = await client.json('secretsmanager', 'GetSecretValue', {
    SecretId,
    ...(stage === '' ? {} : { VersionStage: stage }),
    ...(version === '' ? {} : { VersionId: version }),
  });
  const { SecretString = '' } = answer as { SecretString?: string }; // AWS's model
  if (key === '') return SecretString;
  const value = parseSecret(SecretId, SecretString);
  const member =
    typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  if (member === undefined) throw new Error(`the secret ${SecretId} has no key ${key}`);
  return typeof member === 'string' ? member : JSON.stringify(member);
}

function parseSecret(id: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's error quotes the secret, so it is not even a cause.
    throw new Error(`the secret ${id} is not JSON`);
  }
}

async function resolveText(text: string, client: AwsClient): Promise<string> {
  let resolved = text;
  for (const [whole, service, reference = ''] of text.matchAll(REFERENCE)) {
    try {
      const value = await (service === 'secretsmanager' ? readSecret : readParameter)(client, reference);
      resolved = resolved.replace(whole, () => value);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Cannot resolve ${whole}: ${reason}`, { cause: error });
    }
  }
  return resolved;
}

/**
 * `value` with the dynamic references in its strings replaced by what they name.
 *
 * @throws Error naming the reference
 */
export async function resolveDynamicReferences(value: unknown, client: AwsClient): Promise<unknown> {
  if (typeof value === 'string') return resolveText(value, client);
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolveDynamicReferences(item, client)));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(
    async ([name, member]) => [name, await resolveDynamicReferences(member, client)] as const,
  );
  return Object.fromEntries(await Promise.all(members));
}
