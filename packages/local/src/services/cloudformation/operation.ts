import { randomUUID } from 'node:crypto';
import type { AwsClient } from '../../client/aws-client.ts';
import { createAwsClient } from '../../client/aws-client.ts';
import type { Credentials } from '../../client/sign-request.ts';
import { SESSION_REGION, sessions } from '../../core/caller.ts';
import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import type { Stores } from '../../core/stores.ts';
import type { Pseudo } from '../../provision/parameters.ts';
import { serviceCredentials } from '../sts/issue-credentials.ts';
import { validationError } from './errors.ts';
import type { Stack, StackResource } from './stack-store.ts';
import { STORE } from './stack-store.ts';

/** One operation on a stack: it goes on after its call was answered. */
export interface Operation {
  readonly id: string;
  readonly stack: Stack;
  readonly client: AwsClient;
  readonly stores: Stores;
  /** The client request token, shown in events. */
  readonly token: string | undefined;
  now(): number;
}

/** The stack was reset while an operation was under way: the rest of it must not happen. */
export class StackGoneError extends Error {
  override readonly name = 'StackGoneError';
}

/** @throws StackGoneError */
export function checkLive({ stack, stores }: Operation): void {
  if (stores.get(STORE).get(stack.id) !== stack) throw new StackGoneError(`the stack ${stack.name} was reset`);
}

/** Carries requests to the endpoint without a socket. */
const withoutSocket =
  ({ call }: CallContext) =>
  async (url: URL, init: RequestInit): Promise<Response> => {
    const headers = init.headers as Readonly<Record<string, string>>; // the client's own
    const answer = await call({
      method: init.method ?? 'POST',
      path: url.pathname,
      search: url.searchParams,
      headers: { ...headers, host: url.host },
      body: Buffer.from(typeof init.body === 'string' ? init.body : ''),
    });
    if (answer === undefined) throw new Error('the connection broke');
    const { status, headers: answered, body } = answer;
    const isEmpty = status === 204 || status === 304 || body.length === 0;
    return new Response(isEmpty ? null : body.toString(), { status, headers: { ...answered } });
  };

/** The keys of the call: a session's token is not in the context. */
function callerKeys({ accessKeyId, principal, storesOf }: CallContext): Credentials {
  const session = storesOf(principal.account, SESSION_REGION).get(sessions).get(accessKeyId);
  return { accessKeyId, secretAccessKey: 'local', sessionToken: session?.sessionToken };
}

/**
 * A client that makes what a stack has: with the permissions of its role, else of the caller, as
 * CloudFormation does (user guide, "CloudFormation service role").
 */
export function stackClient(context: CallContext, roleArn: string | undefined): AwsClient {
  return createAwsClient({
    endpoint: context.origin,
    region: context.region,
    credentials:
      roleArn === undefined ? callerKeys(context) : keysOf(serviceCredentials(roleArn, 'AWSCloudFormation', context)),
    now: () => context.clock.now(),
    headers: { 'user-agent': 'cloudformation.amazonaws.com' },
    fetch: withoutSocket(context),
  });
}

const keysOf = (issued: ReturnType<typeof serviceCredentials>): Credentials => ({
  accessKeyId: issued.AccessKeyId,
  secretAccessKey: issued.SecretAccessKey,
  sessionToken: issued.SessionToken,
});

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/**
 * Whether the caller may pass a role, and CloudFormation may assume it.
 *
 * @throws ServiceError `ValidationError`, or the refusal of `iam:PassRole`
 */
export function checkRole(roleArn: string | undefined, sourceArn: string, context: CallContext): void {
  if (roleArn === undefined) return;
  const from = 'cloudformation.amazonaws.com';
  if (!ROLE.test(roleArn)) throw validationError(`Role ${roleArn} is invalid or cannot be assumed`);
  context.touches(roleArn, 'iam:PassRole', { 'iam:PassedToService': from });
  const { region } = context;
  if (!context.permits({ from, action: 'sts:AssumeRole', resource: roleArn, sourceArn, region })) {
    throw validationError(`Role ${roleArn} is invalid or cannot be assumed`);
  }
}

/** An operation with the permissions of `roleArn`, else of the caller. */
export function newOperation(
  stack: Stack,
  context: CallContext,
  token: string | undefined,
  roleArn: string | undefined,
): Operation {
  const { stores, clock } = context;
  const client = stackClient(context, roleArn);
  return { id: randomUUID(), stack, client, stores, token, now: () => clock.now() };
}

/** Goes on with an operation after its call was answered, until the stack is reset. */
export function goOn(context: CallContext, work: () => Promise<void>): void {
  context.background(async () => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StackGoneError)) throw error;
    }
  });
}

/** The pseudo parameters of a stack. */
export function pseudoOf({ id, name }: Pick<Stack, 'id' | 'name'>, notificationArns: readonly string[]): Pseudo {
  const [, , , region = '', account = ''] = id.split(':');
  const partition = partitionOf(region);
  const urlSuffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { account, partition, region, stackName: name, stackId: id, urlSuffix, notificationArns };
}

const STACK_TYPE = 'AWS::CloudFormation::Stack';

type Told = Pick<Operation, 'id' | 'stack' | 'token'> & { now(): number };

/** Puts a stack into a status, with the event that says so. */
export function setStackStatus(operation: Told, status: string, reason?: string): void {
  const { stack, id, token } = operation;
  stack.status = status;
  stack.reason = reason;
  const atMs = operation.now();
  const { id: physicalId, name: logicalId } = stack;
  const event = { id: randomUUID(), atMs, logicalId, physicalId, type: STACK_TYPE, status, reason };
  stack.events.push({ ...event, properties: undefined, token, operationId: id });
}

/** Puts a resource into a status, with the event that says so. */
export function setStatus(operation: Told, resource: StackResource, status: string, reason?: string): void {
  const { stack, id, token } = operation;
  const atMs = operation.now();
  resource.status = status;
  resource.reason = reason;
  resource.changedMs = atMs;
  const { logicalId, physicalId, type, shown } = resource;
  const event = { id: randomUUID(), atMs, logicalId, physicalId, type, status, reason };
  stack.events.push({ ...event, properties: JSON.stringify(shown), token, operationId: id });
}
