import type { AwsClient } from '../../client/aws-client.ts';
import { constraint, readOneOf, readString, readStrings, readStructures, requireString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import type { Desired } from './desired.ts';
import { desiredOf } from './desired.ts';
import { insufficientCapabilities } from './errors.ts';
import { stackClient } from './operation.ts';
import { readParameterValues } from './parameter-values.ts';
import type { Settings, Stack } from './stack-store.ts';
import type { Template } from './template-source.ts';
import { missingCapability } from './template-source.ts';

const TOKEN = { min: 1, max: 128 };

const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'];

export const readToken = (input: Record<string, unknown>, member = 'ClientRequestToken') =>
  readString(input, member, TOKEN);

/** @throws ServiceError `ValidationException` for a name that no new stack may have */
export function readNewName(input: Record<string, unknown>): string {
  const name = requireString(input, 'StackName', { min: 1, max: 128 });
  if (!/^[a-zA-Z][-a-zA-Z0-9]*$/.test(name)) {
    throw constraint('StackName', 'satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*', name);
  }
  return name;
}

function readCapabilities(input: Record<string, unknown>): string[] {
  const given = readStrings(input, 'Capabilities') ?? [];
  const wrong = given.find((capability) => !CAPABILITIES.includes(capability));
  if (wrong !== undefined) {
    throw constraint('Capabilities', `satisfy enum value set: [${CAPABILITIES.join(', ')}]`, wrong);
  }
  return given;
}

const readTags = (input: Record<string, unknown>) =>
  readStructures(input, 'Tags', { max: 50 })?.map((tag) => ({
    key: requireString(tag, 'Key', { min: 1, max: 128 }),
    value: readString(tag, 'Value', { max: 256 }) ?? '',
  }));

/**
 * The settings that a call asks for. What it leaves out stays as it is in `previous`.
 *
 * @throws ServiceError `ValidationError`, `InsufficientCapabilitiesException`
 */
async function readSettings(
  input: Record<string, unknown>,
  template: Template,
  previous: Settings | undefined,
  client: AwsClient,
  isChangeSet: boolean,
): Promise<Settings> {
  const capabilities = readCapabilities(input);
  const values = await readParameterValues(input, template.read, previous, client);
  const missing = missingCapability(template, capabilities, isChangeSet);
  if (missing !== undefined) throw insufficientCapabilities(missing);
  return {
    ...values,
    body: template.body,
    tags: readTags(input) ?? previous?.tags ?? [],
    capabilities,
    notificationArns: readStrings(input, 'NotificationARNs', { max: 5 }) ?? previous?.notificationArns ?? [],
    roleArn: readRoleArn(input) ?? previous?.roleArn,
  };
}

export const readRoleArn = (input: Record<string, unknown>) => readString(input, 'RoleARN', { min: 20, max: 2048 });

/** Reads the goal of a call on a stack. @throws ServiceError */
export async function readDesired(
  input: Record<string, unknown>,
  stack: Pick<Stack, 'id' | 'name' | 'resources'>,
  template: Template,
  previous: Settings | undefined,
  context: CallContext,
  isChangeSet = false,
): Promise<Desired> {
  // The caller reads Parameter Store, not the role of the stack (CDK's bootstrap template).
  const client = stackClient(context, undefined);
  return desiredOf(stack, template, await readSettings(input, template, previous, client, isChangeSet));
}

export const readOnFailure = (input: Record<string, unknown>, member: string) =>
  readOneOf(input, member, ['DO_NOTHING', 'ROLLBACK', 'DELETE']);

/** A stack that was just asked for. */
export const newStack = (
  { clock }: Pick<CallContext, 'clock'>,
  id: string,
  name: string,
  settings: Settings,
  description: string | undefined,
): Stack => ({
  id,
  name,
  createdMs: clock.now(),
  updatedMs: undefined,
  deletedMs: undefined,
  status: '',
  reason: undefined,
  description,
  settings,
  outputs: [],
  imports: [],
  resources: new Map(),
  events: [],
  steps: [],
  changeSets: new Map(),
  changeSetId: undefined,
  disableRollback: false,
  isProtected: false,
  timeoutMinutes: undefined,
});
