import { readBoolean, requireString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { checkNotDeleted, requestedSecret } from './secret-store.ts';

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Condition?: unknown;
}

function isStatement(item: unknown): item is Statement {
  if (typeof item !== 'object' || item === null) return false;
  const { Effect, Principal, Action, NotAction }: Statement = item;
  return (Effect === 'Allow' || Effect === 'Deny') && Principal !== undefined && (Action ?? NotAction) !== undefined;
}

/** The statements of a policy. @throws ServiceError `MalformedPolicyDocumentException` */
function readStatements(policy: string): Statement[] {
  try {
    const document: unknown = JSON.parse(policy);
    const statement =
      typeof document === 'object' && document !== null && 'Statement' in document ? document.Statement : [];
    const list: unknown[] = [statement].flat();
    if (list.length > 0 && list.every(isStatement)) return list;
  } catch {
    // refused below, like JSON that is not a policy
  }
  throw new ServiceError('MalformedPolicyDocumentException', 'This resource policy contains a syntax error.');
}

/** Whether a statement lets everybody in. */
function isPublic({ Effect, Principal, Condition }: Statement): boolean {
  const principals =
    typeof Principal === 'object' && Principal !== null ? Object.values(Principal).flat() : [Principal];
  return Effect === 'Allow' && Condition === undefined && principals.includes('*');
}

const readPolicy = (input: Record<string, unknown>) => requireString(input, 'ResourcePolicy', { min: 1, max: 20_480 });

/** Keeps the policy and enforces nothing. */
export const putResourcePolicy: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  const policy = readPolicy(input);
  const statements = readStatements(policy);
  if (readBoolean(input, 'BlockPublicPolicy') && statements.some(isPublic)) {
    throw new ServiceError('PublicPolicyException', 'The resource policy grants public access to the secret.');
  }
  secret.policy = policy;
  return { ARN: secret.arn, Name: secret.name };
};

export const getResourcePolicy: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  return { ARN: secret.arn, Name: secret.name, ResourcePolicy: secret.policy };
};

export const deleteResourcePolicy: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  secret.policy = undefined;
  return { ARN: secret.arn, Name: secret.name };
};

export const validateResourcePolicy: Action = (input, context) => {
  if (input.SecretId === undefined) context.touches('*');
  else requestedSecret(input, context);
  const open = readStatements(readPolicy(input)).some(isPublic);
  return {
    PolicyValidationPassed: !open,
    ValidationErrors: open
      ? [{ CheckName: 'PUBLIC_POLICY', ErrorMessage: 'The resource policy grants public access to the secret.' }]
      : [],
  };
};
