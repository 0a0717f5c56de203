import { isDeepStrictEqual } from 'node:util';
import type { Properties } from '../properties.ts';
import { optionalText, requiredText } from '../properties.ts';
import type { MakeResource, RemoveResource } from '../resource-type.ts';
import { whenMissing } from '../resource-type.ts';

/** The statements of a function's policy, in JSON, without their ids. */
function statementsOf(policy: unknown): ReadonlyArray<Readonly<Record<string, unknown>>> {
  const read: { readonly Statement?: ReadonlyArray<Readonly<Record<string, unknown>>> } = JSON.parse(
    typeof policy === 'string' ? policy : '{}',
  );
  return read.Statement ?? [];
}

const policyPath = (properties: Properties) =>
  `/2015-03-31/functions/${encodeURIComponent(requiredText(properties, 'FunctionName'))}/policy`;

/** `AWS::Lambda::Permission`: a statement of a function's policy, under its logical id. */
export const makeLambdaPermission: MakeResource = async ({ logicalId, properties, client, defaultName, past }) => {
  const path = policyPath(properties);
  const read = async () => {
    const answer = await whenMissing(client.rest('lambda', 'GetPolicy', 'GET', path), 'ResourceNotFoundException');
    return statementsOf(answer?.Policy).find(({ Sid }) => Sid === logicalId);
  };
  const input = {
    StatementId: logicalId,
    Action: requiredText(properties, 'Action'),
    Principal: requiredText(properties, 'Principal'),
    SourceArn: optionalText(properties, 'SourceArn'),
    SourceAccount: optionalText(properties, 'SourceAccount'),
  };
  const made = { physicalId: defaultName, attributes: { Id: defaultName } };
  const before = await read();
  if (before !== undefined && isDeepStrictEqual(wanted(before), wanted(asStatement(input)))) {
    return { ...made, outcome: 'unchanged' };
  }
  if (before !== undefined) await client.rest('lambda', 'RemovePermission', 'DELETE', `${path}/${logicalId}`);
  await client.rest('lambda', 'AddPermission', 'POST', path, input);
  past?.created(defaultName);
  return { ...made, outcome: before === undefined ? 'created' : 'updated' };
};

export const removeLambdaPermission: RemoveResource = async ({ logicalId, properties, client }) => {
  await whenMissing(
    client.rest('lambda', 'RemovePermission', 'DELETE', `${policyPath(properties)}/${logicalId}`),
    'ResourceNotFoundException',
  );
};

interface PermissionInput {
  readonly Action: string;
  readonly Principal: string;
  readonly SourceArn: string | undefined;
  readonly SourceAccount: string | undefined;
}

/** The parts of a statement that say whom it lets do what. */
const wanted = ({ Action, Principal, Condition }: Readonly<Record<string, unknown>>) =>
  JSON.parse(JSON.stringify({ Action, Principal, Condition: Condition ?? {} }));

/** As Lambda writes a permission. */
function asStatement({ Action, Principal, SourceArn, SourceAccount }: PermissionInput) {
  return {
    Action,
    Principal: Principal.endsWith('.amazonaws.com')
      ? { Service: Principal }
      : Principal === '*'
        ? '*'
        : { AWS: /^\d{12}$/.test(Principal) ? `arn:aws:iam::${Principal}:root` : Principal },
    Condition: {
      ...(SourceAccount === undefined ? {} : { StringEquals: { 'AWS:SourceAccount': SourceAccount } }),
      ...(SourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': SourceArn } }),
    },
  };
}
