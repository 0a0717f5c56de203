import { ServiceError } from '../../core/service-error.ts';

/** One policy of an advanced parameter. */
export interface ParameterPolicy {
  readonly type: 'Expiration' | 'ExpirationNotification' | 'NoChangeNotification';
  readonly text: string;
  /** Expiration: when. The notifications: how long before that, or after the last change. */
  readonly ms: number;
}

/** From the API reference of PutParameter. */
const MAX_POLICIES = 10;
const UNIT_MS: Readonly<Record<string, number>> = { Days: 86_400_000, Hours: 3_600_000 };

const refused = (message: string) => new ServiceError('InvalidPolicyAttributeException', message);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(text: string): Array<Record<string, unknown>> {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    // refused below, like JSON that is not a list
  }
  if (!Array.isArray(list) || !list.every(isObject)) {
    throw new ServiceError('ValidationException', 'The policies must be a JSON array of objects.');
  }
  // `[{}]` is how the user guide takes all policies away.
  return list.filter((policy) => Object.keys(policy).length > 0);
}

function readTimestamp(attributes: Record<string, unknown>): number {
  const { Timestamp: timestamp } = attributes;
  const isDate =
    typeof timestamp === 'string' &&
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(timestamp);
  const ms = isDate ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(ms))
    throw refused(
      'The attribute Timestamp of an Expiration policy must be a time in ISO 8601, e.g. 2030-12-02T21:34:33.000Z.',
    );
  return ms;
}

function readSpan(attributes: Record<string, unknown>, name: 'Before' | 'After'): number {
  const { [name]: count, Unit: unit } = attributes;
  const unitMs = typeof unit === 'string' && Object.hasOwn(UNIT_MS, unit) ? UNIT_MS[unit] : undefined;
  if (unitMs === undefined) throw refused('The attribute Unit of a notification policy must be Days or Hours.');
  if (!/^[1-9]\d{0,4}$/.test(String(count))) {
    throw refused(`The attribute ${name} of a notification policy must be a whole number above 0, as a string.`);
  }
  return Number(count) * unitMs;
}

function readPolicy(raw: Record<string, unknown>): ParameterPolicy {
  const { Type: type, Version: version, Attributes: attributes } = raw;
  if (type !== 'Expiration' && type !== 'ExpirationNotification' && type !== 'NoChangeNotification') {
    throw new ServiceError(
      'InvalidPolicyTypeException',
      "The policy type isn't supported. Parameter Store supports the following policy types: Expiration, ExpirationNotification, and NoChangeNotification.",
    );
  }
  if (version !== '1.0') throw refused('The Version of a policy must be 1.0.');
  if (!isObject(attributes)) throw refused('A policy must have Attributes.');
  const text = JSON.stringify(raw);
  if (type === 'Expiration') return { type, text, ms: readTimestamp(attributes) };
  return { type, text, ms: readSpan(attributes, type === 'NoChangeNotification' ? 'After' : 'Before') };
}

/**
 * The `Policies` of a PutParameter.
 *
 * @throws ServiceError for policies that AWS refuses, an expiration in the past among them
 */
export function readPolicies(text: string, nowMs: number): ParameterPolicy[] {
  const list = parse(text);
  if (list.length > MAX_POLICIES) {
    throw new ServiceError(
      'PoliciesLimitExceededException',
      `You specified more than the maximum number of allowed policies for the parameter. The maximum is ${MAX_POLICIES}.`,
    );
  }
  const policies = list.map(readPolicy);
  const expirations = policies.filter(({ type }) => type === 'Expiration');
  if (expirations.length > 1) {
    throw new ServiceError(
      'IncompatiblePolicyException',
      "There is a conflict in the policies specified for this parameter. You can't, for example, specify two Expiration policies for a parameter. Review your policies, and try again.",
    );
  }
  if (expirations.some(({ ms }) => ms <= nowMs))
    throw refused('The Timestamp of an Expiration policy must be in the future.');
  return policies;
}

/** When the parameter goes; never without an Expiration policy. */
export const expiryOf = (policies: readonly ParameterPolicy[]) =>
  policies.find(({ type }) => type === 'Expiration')?.ms ?? Number.POSITIVE_INFINITY;

/**
 * The `ParameterInlinePolicy` shapes. A notification goes to EventBridge, which is not here: its
 * status alone says that it was due.
 */
export const writePolicies = (policies: readonly ParameterPolicy[], modifiedMs: number, nowMs: number) =>
  policies.map(({ type, text, ms }) => {
    const dueMs = {
      Expiration: ms,
      ExpirationNotification: expiryOf(policies) - ms,
      NoChangeNotification: modifiedMs + ms,
    }[type];
    return { PolicyText: text, PolicyType: type, PolicyStatus: dueMs <= nowMs ? 'Finished' : 'Pending' };
  });
