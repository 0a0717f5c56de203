import type { AwsClient } from '../client/aws-client.ts';
import { createAwsClient } from '../client/aws-client.ts';
import { xmlAt } from '../client/xml.ts';

export const REGION = 'eu-west-1';
export const ACCOUNT = '123456789012';

/** A client with the keys of the account's root, which no policy restricts. */
export const rootClient = (endpoint: string, headers: Readonly<Record<string, string>> = {}): AwsClient =>
  createAwsClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    headers,
  });

const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement });

/** Creates the role `name` with `actions` on all resources, and assumes it as session `one`. */
export async function assumeNewRole(
  endpoint: string,
  name: string,
  actions: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Promise<{ client: AwsClient; assumedRoleId: string }> {
  const root = rootClient(endpoint);
  const trust = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' };
  await root.query('iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: document(trust) });
  if (actions.length > 0) {
    const PolicyDocument = document({ Effect: 'Allow', Action: actions, Resource: '*' });
    await root.query('iam', 'PutRolePolicy', { RoleName: name, PolicyName: 'granted', PolicyDocument });
  }
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
  const assumed = await root.query('sts', 'AssumeRole', { RoleArn, RoleSessionName: 'one' });
  const key = (member: string) => xmlAt(assumed, 'Credentials', member)?.text ?? '';
  const credentials = {
    accessKeyId: key('AccessKeyId'),
    secretAccessKey: key('SecretAccessKey'),
    sessionToken: key('SessionToken'),
  };
  return {
    client: createAwsClient({ endpoint, region: REGION, credentials, headers }),
    assumedRoleId: xmlAt(assumed, 'AssumedRoleUser', 'AssumedRoleId')?.text ?? '',
  };
}
