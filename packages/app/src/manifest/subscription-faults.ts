import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Definition, Kind } from '@twelvefold/backing';
import type { $ZodType } from 'zod/v4/core';
import { toJSONSchema } from 'zod/v4/core';
import type { DeclaredResource } from '../resources.ts';

/** The part of JSON Schema that is compared. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** A definition that sends or receives messages. */
type Messages = Definition & { readonly schema: StandardSchemaV1 };

/**
 * The reasons why messages of another definition, such as a topic, would not fit the schema of one that receives all of them.
 * Schemas that implement Standard JSON Schema (zod does), and those of zod/mini, are compared field by field. The compiler has
 * compared them before: this is for apps in JavaScript and for casts. Filtered messages and unions are left to the check of
 * each message.
 */
export function subscriptionFaults({ key, definition, kind }: DeclaredResource): string[] {
  return received(definition, kind).flatMap(({ from, relation }) => {
    const wanted = jsonSchemaOf(definition as Messages); // received() found a schema
    const given = jsonSchemaOf(from);
    if (wanted?.properties === undefined || given?.properties === undefined) return [];
    return misfits(given, wanted, '').map(
      (fault) => `'${key}' ${relation} '${from.name}', whose messages do not fit: ${fault}`,
    );
  });
}

/** Subscriptions that nothing compares at build: the library of a schema makes no JSON Schema. */
export function unseenSubscriptions({ key, definition, kind }: DeclaredResource): string[] {
  return received(definition, kind).flatMap(({ from, relation }) => {
    const unseen = [from, definition as Messages].filter((one) => jsonSchemaOf(one) === undefined);
    const names = unseen.map(({ kind: of, name, schema }) => `${of} '${name}' (${schema['~standard'].vendor})`);
    if (names.length === 0) return [];
    return [
      `'${key}' ${relation} '${from.name}' unchecked at build: the schema of ${names.join(' and of ')} has no JSON Schema; the compiler has compared them where it could, and each message is checked as it arrives`,
    ];
  });
}

/** The definitions all of whose messages arrive at this one. */
function received(definition: Definition, kind: Kind): ReadonlyArray<{ from: Messages; relation: string }> {
  if (!('schema' in definition)) return [];
  const references = kind.references?.(definition as never) ?? []; // it is the kind's own definition
  return references.flatMap(({ definition: from, relation, messages }) =>
    messages === 'all' && 'schema' in from ? [{ from: from as Messages, relation }] : [],
  );
}

function misfits(given: JsonSchema, wanted: JsonSchema, path: string): string[] {
  return Object.entries(wanted.properties ?? {}).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const there = given.properties?.[name];
    if (there === undefined) return wanted.required?.includes(name) ? [`${at} is missing`] : [];
    if (wanted.required?.includes(name) && given.required?.includes(name) === false) return [`${at} may be missing`];
    const [from, to] = [typesOf(there), typesOf(field)];
    const other = from.filter((type) => !to.includes(type) && !(type === 'integer' && to.includes('number')));
    if (from.length > 0 && to.length > 0 && other.length > 0) {
      return [`${at} may be ${other.join(' or ')}, and is to be ${to.join(' or ')}`];
    }
    return there.properties && field.properties ? misfits(there, field, at) : [];
  });
}

function typesOf({ type }: JsonSchema): readonly string[] {
  if (type === undefined) return [];
  return typeof type === 'string' ? [type] : type;
}

/** What is on the wire is a schema's input. `undefined` where the schema, or a part of it, has no JSON Schema. */
function jsonSchemaOf({ schema }: Messages): JsonSchema | undefined {
  // Standard JSON Schema is an optional part of the same interface; every step is checked.
  const standard = schema['~standard'] as { jsonSchema?: { input?(options: { target: string }): unknown } };
  try {
    const made =
      standard.jsonSchema?.input === undefined && '_zod' in schema
        ? toJSONSchema(schema as object as $ZodType, { io: 'input' }) // zod/mini: the same schema without methods
        : standard.jsonSchema?.input?.({ target: 'draft-2020-12' });
    return typeof made === 'object' && made !== null ? made : undefined;
  } catch {
    return undefined;
  }
}
