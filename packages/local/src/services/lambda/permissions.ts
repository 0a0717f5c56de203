import type { HttpRequest } from '../../core/http.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { Stores } from '../../core/stores.ts';
import { storeKey } from '../../core/stores.ts';
import { readFunctionArn } from './function-arn.ts';

/**
 * The statements of functions' policies, by the function's ARN and the statement's id. Plain data.
 */
const STORE = storeKey('lambda', () => new Map<string, Map<string, object>>());

const UNQUALIFIED = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:[^:]+/;

/** The policy of the function, in JSON; one policy for all its versions and aliases. */
export function functionPolicy(arn: string, stores: Stores): string | undefined {
  const statements = stores.get(STORE).get(UNQUALIFIED.exec(arn)?.[0] ?? arn);
  if (statements === undefined || statements.size === 0) return undefined;
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: [...statements.values()] });
}

interface Permission {
  readonly StatementId?: unknown;
  readonly Action?: unknown;
  readonly Principal?: unknown;
  readonly SourceArn?: unknown;
  readonly SourceAccount?: unknown;
  readonly PrincipalOrgID?: unknown;
}

function readPermission(body: Buffer): Permission {
  try {
    const read: unknown = JSON.parse(body.toString());
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read;
  } catch {
    // refused below
  }
  throw new ServiceError('InvalidRequestContentException', 'Could not parse request body into json');
}

const invalid = (member: string, pattern: string) =>
  new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
  );

function principalOf(principal: string): object | string {
  if (principal === '*') return '*';
  if (principal.endsWith('.amazonaws.com')) return { Service: principal };
  return { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal };
}

/** The function and its statements, of a call about its policy. */
function targetOf(input: Record<string, unknown>, context: CallContext) {
  const { name, http } = input as unknown as { name: string; http: HttpRequest }; // the service's route makes every input
  const arn = readFunctionArn(name, context);
  context.touches(arn);
  const all = context.stores.get(STORE);
  const statements = all.get(arn) ?? new Map<string, object>();
  all.set(arn, statements);
  return { arn, http, statements };
}

/** A function need not be there yet: it is registered when it starts. */
export const addPermission: Action = (input, context) => {
  const { arn, http, statements } = targetOf(input, context);
  const { StatementId, Action: action, Principal, SourceArn, SourceAccount } = readPermission(http.body);
  if (typeof StatementId !== 'string' || !/^[\w-]{1,100}$/.test(StatementId))
    throw invalid('statementId', '([a-zA-Z0-9-_]+)');
  if (typeof action !== 'string' || !/^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/.test(action)) {
    throw invalid('action', '(lambda:[*]|lambda:[a-zA-Z]+|[*])');
  }
  if (typeof Principal !== 'string' || Principal === '') throw invalid('principal', '[^\\s]+');
  if (statements.has(StatementId)) {
    throw new ServiceError(
      'ResourceConflictException',
      `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      { status: 409 },
    );
  }
  const condition = {
    ...(SourceAccount === undefined ? {} : { StringEquals: { 'AWS:SourceAccount': SourceAccount } }),
    ...(SourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': SourceArn } }),
  };
  const statement = {
    Sid: StatementId,
    Effect: 'Allow',
    Principal: principalOf(Principal),
    Action: action,
    Resource: arn,
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
  statements.set(StatementId, statement);
  return { status: 201, body: JSON.stringify({ Statement: JSON.stringify(statement) }) };
};

const notFound = () =>
  new ServiceError('ResourceNotFoundException', 'The resource you requested does not exist.', { status: 404 });

export const getPolicy: Action = (input, context) => {
  const { arn } = targetOf(input, context);
  const policy = functionPolicy(arn, context.stores);
  if (policy === undefined) throw notFound();
  return { status: 200, body: JSON.stringify({ Policy: policy }) };
};

export const removePermission: Action = (input, context) => {
  const { statements } = targetOf(input, context);
  if (!statements.delete(String(input.statementId))) throw notFound();
  return { status: 204 };
};
