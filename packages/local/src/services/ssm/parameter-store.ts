import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { storeKey } from '../../core/stores.ts';
import { checkNameForm, parameterArn, parameterKey } from './parameter-name.ts';
import { expiryOf, writePolicies } from './parameter-policy.ts';
import type { ParameterRequest, ParameterVersion, StoredParameter } from './parameter-types.ts';
import { readValue } from './parameter-value.ts';
import { isSecretReference, readSecretReference } from './secret-reference.ts';

interface ParameterState {
  /** By {@link parameterKey}: `a` and `/a` are one to AWS. */
  readonly all: Map<string, StoredParameter>;
  /** When the next one may expire; looking through all of them on each call would be felt. */
  nextExpiryMs: number;
}

const parameters = storeKey(
  'ssm parameters',
  (): ParameterState => ({ all: new Map(), nextExpiryMs: Number.POSITIVE_INFINITY }),
);

const expiryOfParameter = ({ versions }: StoredParameter) => expiryOf(versions.at(-1)?.policies ?? []);

/** The parameters by {@link parameterKey}, without those that have expired. */
export function liveParameters({ stores, clock }: Pick<CallContext, 'stores' | 'clock'>): Map<string, StoredParameter> {
  const state = stores.get(parameters);
  if (state.nextExpiryMs <= clock.now()) {
    state.nextExpiryMs = Number.POSITIVE_INFINITY;
    for (const [key, parameter] of state.all) {
      const expiryMs = expiryOfParameter(parameter);
      if (expiryMs <= clock.now()) state.all.delete(key);
      else state.nextExpiryMs = Math.min(state.nextExpiryMs, expiryMs);
    }
  }
  return state.all;
}

/** Notes when a new version lets its parameter expire. */
export function expectExpiry(version: ParameterVersion, { stores }: Pick<CallContext, 'stores'>): void {
  const state = stores.get(parameters);
  state.nextExpiryMs = Math.min(state.nextExpiryMs, expiryOf(version.policies));
}

/**
 * @throws ServiceError `ValidationException` for a selector with more than one colon or nothing
 *   behind it.
 */
function readParameterRequest(text: string): ParameterRequest {
  const trimmed = text.trim();
  const resource = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(\/.*)$/s.exec(trimmed)?.[1] ?? trimmed;
  const [name = '', selector, ...rest] = resource.split(':');
  if (selector === '' || rest.length > 0) {
    throw new ServiceError(
      'ValidationException',
      'Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>',
    );
  }
  return { name, selector };
}

const PUBLIC = /^\/aws\/service\//i;

/**
 * A public parameter that the endpoint was started with, in the form of one that an account has.
 */
function toStored(name: string, value: string, { region, clock }: CallContext): StoredParameter {
  const version: ParameterVersion = {
    version: 1,
    type: 'String',
    value,
    modifiedMs: clock.now(),
    modifiedBy: 'arn:aws:iam::aws:root',
    description: undefined,
    allowedPattern: undefined,
    keyId: undefined,
    tier: 'Standard',
    dataType: /^ami-[0-9a-f]+$/.test(value) ? 'aws:ec2:image' : 'text',
    policies: [],
    labels: new Set(),
  };
  return { name, arn: parameterArn(name, { account: '', region }), versions: [version], tags: new Map() };
}

/** The public parameters (`/aws/service/...`) that the endpoint was started with. */
export const publicParameters = (context: CallContext): StoredParameter[] =>
  Object.entries(context.publicParameters).map(([name, value]) => toStored(name, value, context));

/**
 * The parameter called `name`.
 *
 * @throws ServiceError `ParameterNotFound`, without a message, as AWS sends it. For a public
 *   parameter the message says how to supply it.
 */
export function findParameter(name: string, context: CallContext): StoredParameter {
  checkNameForm(name);
  const parameter = liveParameters(context).get(parameterKey(name));
  if (parameter !== undefined) return parameter;
  if (!PUBLIC.test(name)) throw new ServiceError('ParameterNotFound', '');
  const value = context.publicParameters[name];
  if (value !== undefined) return toStored(name, value, context);
  throw new ServiceError(
    'ParameterNotFound',
    `Cannot find the public parameter ${name}: the local endpoint has those it is started with; ` +
      'add it to the option publicParameters of startLocalAws, or give --public-parameter NAME=VALUE',
  );
}

/**
 * The newest version, or the one that `selector` names.
 *
 * @throws ServiceError `ParameterVersionNotFound`.
 */
export function selectVersion(parameter: StoredParameter, selector: string | undefined): ParameterVersion {
  const { versions, name } = parameter;
  const isNumber = selector !== undefined && /^\d+$/.test(selector);
  const found =
    selector === undefined
      ? versions.at(-1)
      : versions.find(({ version, labels }) => (isNumber ? version === Number(selector) : labels.has(selector)));
  if (found === undefined) {
    const kind = isNumber ? 'version' : 'label';
    throw new ServiceError(
      'ParameterVersionNotFound',
      `Systems Manager could not find ${kind} ${selector} of ${name}. Verify the ${kind} and try again.`,
    );
  }
  return found;
}

/** From the user guide, "Working with parameter versions". */
const MAX_VERSIONS = 100;

/**
 * Adds the newest version. The oldest of a hundred goes, unless a label holds it.
 *
 * @throws ServiceError `ParameterMaxVersionLimitExceeded`
 */
export function appendVersion({ versions, name }: StoredParameter, version: ParameterVersion): void {
  const oldest = versions[0];
  if (oldest !== undefined && versions.length >= MAX_VERSIONS) {
    if (oldest.labels.size > 0) {
      throw new ServiceError(
        'ParameterMaxVersionLimitExceeded',
        `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
      );
    }
    versions.shift();
  }
  versions.push(version);
}

/**
 * The parameters that are being updated, of each store. An update is not part of the state: it ends
 * with its call.
 */
const underWay = new WeakMap<object, Set<string>>();

/**
 * Runs an update that others of the same parameter must not overlap: as long as the requests that
 * came in together are read, it counts as under way.
 *
 * @throws ServiceError `TooManyUpdates` while another is under way
 */
export async function oneUpdate<T>(
  key: string,
  context: Pick<CallContext, 'stores' | 'clock'>,
  update: () => T,
): Promise<T> {
  const all = liveParameters(context);
  const updating = underWay.get(all) ?? new Set<string>();
  underWay.set(all, updating);
  if (updating.has(key)) {
    throw new ServiceError(
      'TooManyUpdates',
      'There are concurrent updates for a resource that supports one update at a time.',
    );
  }
  updating.add(key);
  try {
    const result = update();
    await new Promise((resolve) => setImmediate(resolve));
    return result;
  } finally {
    updating.delete(key);
  }
}

/** AWS JSON carries times as seconds. */
const seconds = (ms: number) => ms / 1000;

/** The `Parameter` shape. */
export function writeParameter(
  parameter: StoredParameter,
  version: ParameterVersion,
  withDecryption: boolean,
  context: CallContext,
) {
  return {
    Name: parameter.name,
    Type: version.type,
    Value: readValue(parameter, version, withDecryption, context),
    Version: version.version,
    LastModifiedDate: seconds(version.modifiedMs),
    ARN: parameter.arn,
    DataType: version.dataType,
  };
}

/**
 * The members that `ParameterMetadata` and `ParameterHistory` share; neither shows labels or the
 * value.
 */
export function writeMetadata(parameter: StoredParameter, version: ParameterVersion, { clock }: CallContext) {
  return {
    Name: parameter.name,
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: seconds(version.modifiedMs),
    LastModifiedUser: version.modifiedBy,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    Policies: writePolicies(version.policies, version.modifiedMs, clock.now()),
    DataType: version.dataType,
  };
}

/** The `ParameterHistory` shape. */
export function writeHistory(
  parameter: StoredParameter,
  version: ParameterVersion,
  withDecryption: boolean,
  context: CallContext,
) {
  return {
    ...writeMetadata(parameter, version, context),
    Value: readValue(parameter, version, withDecryption, context),
    Labels: [...version.labels].sort(),
  };
}

/**
 * One `Parameter`, by whatever a caller may write for it; names what it touches in the call log.
 */
export function readParameter(text: string, withDecryption: boolean, context: CallContext) {
  const request = readParameterRequest(text);
  context.touches(parameterArn(request.name, context));
  if (isSecretReference(request)) return readSecretReference(request, withDecryption, context);
  const parameter = findParameter(request.name, context);
  const { selector } = request;
  return {
    ...writeParameter(parameter, selectVersion(parameter, selector), withDecryption, context),
    // `a` and `/a` are one parameter, and AWS answers with the spelling it was asked for.
    Name: text.startsWith('arn:') ? parameter.name : request.name,
    Selector: selector === undefined ? undefined : `:${selector}`,
  };
}
