import { isDeepStrictEqual } from 'node:util';
import type { AwsClient } from '../client/aws-client.ts';
import { AwsCallError } from '../client/aws-client.ts';
import type { Properties } from './properties.ts';
import { tagsOf } from './properties.ts';

/** One resource of a template, to be made. */
interface ResourceRequest {
  readonly logicalId: string;
  /** Functions resolved. */
  readonly properties: Properties;
  readonly client: AwsClient;
  /** The name of a resource that the template leaves unnamed: the same in every run. */
  readonly defaultName: string;
  /** The ARN of a resource of this account and region, e.g. `arn('sqs', 'orders')`. */
  arn(service: string, resource: string): string;
  /** The resource's past in its stack. Absent where a template has none: `provision`. */
  readonly past?: ResourcePast | undefined;
}

/** The facts about a resource that CloudFormation keeps between two deployments. */
export interface ResourcePast {
  /** The last deployment's. Undefined for a resource that must not exist yet. */
  readonly properties: Properties | undefined;
  /** Called with the physical id as soon as there is something to delete. */
  created(physicalId: string): void;
}

/** A resource of a stack, to be removed. */
interface RemovalRequest {
  readonly logicalId: string;
  readonly physicalId: string;
  /** The last deployment's. */
  readonly properties: Properties;
  readonly client: AwsClient;
}

/** Removes a resource; does nothing for one that is gone already. */
export type RemoveResource = (request: RemovalRequest) => Promise<void>;

/** A resource that a stack is to create exists already. */
export class ExistingResourceError extends Error {
  override readonly name = 'ExistingResourceError';
  readonly identifier: string;

  constructor(identifier: string) {
    super(`a resource with the identifier ${identifier} exists already`);
    this.identifier = identifier;
  }
}

/** @throws ExistingResourceError for a resource that its stack is to create */
export function refuseExisting(past: ResourcePast | undefined, existing: unknown, identifier: string): void {
  if (past !== undefined && past.properties === undefined && existing !== undefined) {
    throw new ExistingResourceError(identifier);
  }
}

/** The defaults of the properties that the last deployment set and this one does not. */
export function backToDefaults<T>(
  past: ResourcePast | undefined,
  properties: Properties,
  defaults: Readonly<Record<string, T>>,
): Record<string, T> {
  const before = past?.properties ?? {};
  return Object.fromEntries(
    Object.entries(defaults).filter(([name]) => before[name] !== undefined && properties[name] === undefined),
  );
}

/** Makes the tags of a resource that the stack has made match. */
export async function updateTags(
  { properties, past }: Pick<ResourceRequest, 'properties' | 'past'>,
  add: (tags: Readonly<Record<string, string>>) => Promise<unknown>,
  remove: (keys: readonly string[]) => Promise<unknown>,
): Promise<boolean> {
  if (past?.properties === undefined) return false;
  const before = tagsOf(past.properties);
  const wanted = tagsOf(properties);
  const added = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => before[key] !== value));
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(wanted, key));
  if (Object.keys(added).length > 0) await add(added);
  if (gone.length > 0) await remove(gone);
  return Object.keys(added).length + gone.length > 0;
}

interface MadeResource {
  /** The value of `Ref`. */
  readonly physicalId: string;
  /** The values of `Fn::GetAtt`, by attribute. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** The parts that were left out or left alone, and the reason. */
  readonly note?: string;
}

/**
 * Creates a resource, or makes an existing one match its template; the same twice changes nothing.
 */
export type MakeResource = (request: ResourceRequest) => Promise<MadeResource>;

/**
 * The result of `read`, undefined where AWS answers with one of `codes`: the resource does not
 * exist.
 */
export async function whenMissing<T>(read: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof AwsCallError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** Whether the endpoint says that it has no such operation. */
export const isUnsupported = (error: unknown): error is AwsCallError =>
  error instanceof AwsCallError &&
  (error.status === 501 || ['UnknownOperationException', 'InvalidAction', 'NotImplemented'].includes(error.code));

function normalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalised(item)]));
  }
  // Endpoints differ in whether a redrive policy's maxReceiveCount is 5 or "5".
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

function parsed(text: string): unknown {
  try {
    return normalised(JSON.parse(text));
  } catch {
    return text;
  }
}

/**
 * Whether two attribute values say the same: as text, or as JSON whatever its spacing and the order
 * of its keys.
 */
export const sameJson = (left: string | undefined, right: string | undefined) =>
  left === right || (left !== undefined && right !== undefined && isDeepStrictEqual(parsed(left), parsed(right)));

/** The entries of `wanted` that `current` does not have. */
export function differing(
  wanted: Readonly<Record<string, string>>,
  current: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => {
      const now = current[name];
      return !sameJson(value, now === undefined ? undefined : String(now));
    }),
  );
}
