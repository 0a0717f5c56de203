import { createHash } from 'node:crypto';
import type { AwsClient } from '../client/aws-client.ts';
import { resolveDynamicReferences } from './dynamic-references.ts';
import type { Scope } from './intrinsics.ts';
import { resolveIntrinsics, resolveKnown } from './intrinsics.ts';
import { listResource } from './list-resource.ts';
import type { Pseudo } from './parameters.ts';
import type { MakeResource, ResourcePast } from './resource-type.ts';
import { isUnsupported } from './resource-type.ts';
import { madeType } from './resource-types/made-types.ts';
import type { ProvisionedResource, ProvisionProgress } from './stack.ts';
import type { TemplateResource } from './template.ts';
import { rolePolicyLimit } from './template-limits.ts';
import { UnknownValueError, unknownValueIn } from './unknown-value.ts';

/** The values that `Ref` and `Fn::GetAtt` give for a resource. */
export interface ResourceValues {
  ref(): string;
  attribute(name: string): string;
}

/** A resource that is there or listed, and its values. */
export interface Entry extends ProvisionedResource, ResourceValues {}

/** The longest generated name by type; a queue's leaves room for `.fifo`. */
const MAX_NAMES: Readonly<Record<string, number>> = {
  'AWS::IAM::Role': 64,
  'AWS::Lambda::Function': 64,
  'AWS::S3::Bucket': 63,
  'AWS::SQS::Queue': 75,
};
const MAX_NAME = 255;

/** A long name is cut and ends in a hash of the whole, so that it stays the same and unique. */
export function generatedName(name: string, type: string): string {
  const max = MAX_NAMES[type] ?? MAX_NAME;
  if (name.length <= max) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12).toUpperCase();
  return `${name.slice(0, max - hash.length - 1)}-${hash}`;
}

/**
 * Dynamic references of a resource that is only listed may name what is not here: they stay, with a
 * note.
 */
async function resolveReferences(value: unknown, client: AwsClient, isMade: boolean) {
  const fields = (resolved: unknown) => resolved as Record<string, unknown>; // an object stays one
  try {
    return { properties: fields(await resolveDynamicReferences(value, client)), note: undefined };
  } catch (error) {
    if (isMade || !(error instanceof Error)) throw error;
    return { properties: fields(value), note: error.message };
  }
}

/** The values of a resource that was made. */
export function madeValues(
  { logicalId, type }: Pick<TemplateResource, 'logicalId' | 'type'>,
  physicalId: string,
  attributes: Readonly<Record<string, string>>,
): ResourceValues {
  return {
    ref: () => physicalId,
    attribute: (name) => {
      const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
      if (value === undefined) throw new Error(`${logicalId} (${type}) has no attribute ${name} here`);
      return value;
    },
  };
}

/** A resource whose properties are known, and the way to make it. */
interface EntryRequest {
  readonly resource: Pick<TemplateResource, 'logicalId' | 'type' | 'metadata'>;
  /** Functions resolved, dynamic references not. */
  readonly written: unknown;
  /** Undefined for a resource that is only listed. */
  readonly make: MakeResource | undefined;
  readonly client: AwsClient;
  readonly pseudo: Pseudo;
  /** The physical name where the template gives none. */
  readonly defaultName: string;
  readonly past?: ResourcePast | undefined;
}

interface MadeEntry {
  readonly entry: Entry;
  /** Undefined for a resource that is only listed. */
  readonly attributes: Readonly<Record<string, string>> | undefined;
  readonly outcome: ProvisionProgress['outcome'];
  readonly note: string | undefined;
}

/**
 * The properties of a resource with their functions resolved; those of a listed one as far as they
 * are known.
 */
export function writtenProperties(
  { logicalId, properties }: Pick<TemplateResource, 'logicalId' | 'properties'>,
  scope: Scope,
  isMade: boolean,
  notes: string[],
): unknown {
  const at = `Resources.${logicalId}.Properties`;
  return isMade ? resolveIntrinsics(properties, scope, at) : resolveKnown(properties, scope, at, notes);
}

/** Makes a resource, or lists it. */
export async function makeEntry(request: EntryRequest): Promise<MadeEntry> {
  const { resource, written, make, client, pseudo, defaultName, past } = request;
  const { logicalId, type, metadata } = resource;
  const { properties, note: unresolved } = await resolveReferences(written, client, make !== undefined);
  const base = { logicalId, type, properties, metadata };
  if (make === undefined) {
    rolePolicyLimit(type, properties);
    const listed = listResource(logicalId, type, properties, defaultName, pseudo);
    const entry = { ...base, ...listed, created: false };
    return { entry, attributes: undefined, outcome: 'listed', note: unresolved };
  }
  const arn = (service: string, name: string) =>
    `arn:${pseudo.partition}:${service}:${pseudo.region}:${pseudo.account}:${name}`;
  const made = await make({ logicalId, properties, client, defaultName, arn, past });
  const { physicalId, attributes, outcome, note } = made;
  const values = madeValues(resource, physicalId, attributes);
  return { entry: { ...base, physicalId, ...values, created: true }, attributes, outcome, note };
}

/**
 * Why a resource that would be created is only listed. Undefined where the template itself is at
 * fault.
 */
export function reasonToList(error: unknown, { type }: Pick<TemplateResource, 'type'>): string | undefined {
  const unknown = unknownValueIn(error);
  // Permissions on what is only listed cannot be used here either.
  const isListed =
    isUnsupported(error) || (unknown !== undefined && (!unknown.isResource || madeType(type)?.isForPermissions));
  return isListed && error instanceof Error ? error.message : undefined;
}

/**
 * The values of a resource that could not be created here: none, unless they are known by its type.
 */
export function unmadeValues(
  { logicalId, type }: Pick<TemplateResource, 'logicalId' | 'type'>,
  properties: Readonly<Record<string, unknown>>,
  reason: string,
  defaultName: string,
  pseudo: Pseudo,
): ResourceValues & { readonly physicalId: string } {
  if (madeType(type)?.isForPermissions) return listResource(logicalId, type, properties, defaultName, pseudo);
  const refuse = (what: string) => () => {
    throw new UnknownValueError(`${logicalId} (${type}) could not be created, so ${what} is not known (${reason})`);
  };
  return {
    physicalId: logicalId,
    ref: refuse('its Ref'),
    attribute: (name) => refuse(`its ${name}`)(),
  };
}

/**
 * Lists a resource that cannot be created here. What uses its values is refused, unless the values
 * are known by its type.
 */
export function listUnmade(resource: TemplateResource, scope: Scope, reason: string, pseudo: Pseudo): Entry {
  const { logicalId, type, metadata } = resource;
  const properties = writtenProperties(resource, scope, false, []) as Record<string, unknown>; // an object stays one
  const name = generatedName(`${pseudo.stackName}-${logicalId}`, type);
  const values = unmadeValues(resource, properties, reason, name, pseudo);
  return { logicalId, type, metadata, properties, created: false, ...values };
}
