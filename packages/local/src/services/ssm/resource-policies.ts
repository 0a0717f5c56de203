import { createHash, randomUUID } from 'node:crypto';
import { readInteger, readString, requireString } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { pageByKey } from '../page.ts';
import { parameterArn, parameterKey } from './parameter-name.ts';
import { liveParameters } from './parameter-store.ts';
import type { StoredParameter } from './parameter-types.ts';

type Input = Record<string, unknown>;

/** From the API reference, `ResourcePolicyLimitExceededException`. */
const MAX_POLICY_BYTES = 1024;

const hashOf = (policy: string) => createHash('sha256').update(policy).digest('hex');

function invalid(parameter: string, message: string): ServiceError {
  return new ServiceError('ResourcePolicyInvalidParameterException', message, {
    fields: { ParameterNames: [parameter] },
  });
}

function parameterOf(input: Input, context: CallContext): StoredParameter {
  const arn = requireString(input, 'ResourceArn', { min: 20, max: 2048 });
  context.touches(arn);
  const name = /^arn:aws[\w-]*:ssm:[^:]+:\d{12}:parameter\/(.+)$/s.exec(arn)?.[1];
  if (name === undefined) throw invalid('ResourceArn', `The resource ARN ${arn} is not the ARN of a parameter.`);
  const parameter = liveParameters(context).get(parameterKey(name));
  if (parameter === undefined || parameterArn(name, context) !== arn) {
    throw new ServiceError('ResourceNotFoundException', `The parameter ${arn} does not exist.`);
  }
  return parameter;
}

function checkPolicy(policy: string): void {
  if (Buffer.byteLength(policy) > MAX_POLICY_BYTES) {
    throw new ServiceError(
      'ResourcePolicyLimitExceededException',
      `The policy is larger than ${MAX_POLICY_BYTES} bytes.`,
      { fields: { Limit: MAX_POLICY_BYTES, LimitType: 'PolicySize' } },
    );
  }
  try {
    const document: unknown = JSON.parse(policy);
    if (typeof document === 'object' && document !== null && 'Statement' in document) return;
  } catch {
    // refused below, like JSON that is not a policy
  }
  throw new ServiceError('MalformedResourcePolicyDocumentException', 'The policy document is malformed.');
}

/** The policies of `parameter`, one of which is `id` in the version `hash`. */
function policiesWith({ resourcePolicies }: StoredParameter, id: string, hash: string | undefined) {
  const policy = resourcePolicies?.get(id);
  if (resourcePolicies === undefined || policy === undefined) {
    throw new ServiceError('ResourcePolicyNotFoundException', `No policy ${id} is attached to the resource.`);
  }
  if (hash === undefined) throw invalid('PolicyHash', 'A PolicyHash is needed with a PolicyId.');
  if (hash !== hashOf(policy)) {
    throw new ServiceError(
      'ResourcePolicyConflictException',
      'The hash provided in the call does not match the stored hash.',
    );
  }
  return resourcePolicies;
}

/** Keeps the policy and enforces nothing. */
export const putResourcePolicy: Action = (input, context) => {
  const parameter = parameterOf(input, context);
  const policy = requireString(input, 'Policy');
  checkPolicy(policy);
  const id = readString(input, 'PolicyId');
  const hash = readString(input, 'PolicyHash');
  if (id === undefined && hash !== undefined) throw invalid('PolicyId', 'A PolicyId is needed with a PolicyHash.');
  if (parameter.versions.at(-1)?.tier !== 'Advanced') {
    throw invalid('ResourceArn', 'Only parameters of the advanced tier can have a resource policy.');
  }
  parameter.resourcePolicies ??= new Map();
  const policies = id === undefined ? parameter.resourcePolicies : policiesWith(parameter, id, hash);
  const PolicyId = id ?? randomUUID();
  policies.set(PolicyId, policy);
  return { PolicyId, PolicyHash: hashOf(policy) };
};

export const getResourcePolicies: Action = (input, context) => {
  const policies = [...(parameterOf(input, context).resourcePolicies ?? [])];
  const size = readInteger(input, 'MaxResults', { min: 1, max: 50 }) ?? 50;
  const { items, next } = pageByKey(
    policies,
    ([id]) => id,
    size,
    readString(input, 'NextToken'),
    () => invalid('NextToken', 'The specified token is not valid.'),
  );
  return {
    Policies: items.map(([PolicyId, Policy]) => ({ PolicyId, PolicyHash: hashOf(Policy), Policy })),
    NextToken: next,
  };
};

export const deleteResourcePolicy: Action = (input, context) => {
  const parameter = parameterOf(input, context);
  const id = requireString(input, 'PolicyId');
  policiesWith(parameter, id, requireString(input, 'PolicyHash')).delete(id);
  return {};
};
