import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Definition, Kind } from '@twelvefold/backing';
import type { DeclaredResource } from '../resources.ts';
import type { SchemaMismatch } from './row-schema.ts';
import { jsonSchemaOf, schemaMismatches } from './row-schema.ts';

/** A definition that sends or receives messages. */
type Messages = Definition & { readonly schema: StandardSchemaV1 };

/**
 * The reasons why messages of another definition, such as a topic, would not fit the schema of one
 * that receives all of them. Schemas that implement Standard JSON Schema (zod does), and those of
 * zod/mini, are compared field by field. The compiler has compared them before: this is for apps in
 * JavaScript and for casts. Filtered messages and unions are left to the check of each message.
 */
export function subscriptionFaults({ key, definition, kind }: DeclaredResource): string[] {
  return received(definition, kind).flatMap(({ from, relation }) => {
    const wanted = jsonSchemaOf((definition as Messages).schema); // received() found a schema
    const given = jsonSchemaOf(from.schema);
    if (wanted?.properties === undefined || given?.properties === undefined) return [];
    return schemaMismatches(given, wanted).map(
      (mismatch) => `'${key}' ${relation} '${from.name}', whose messages do not fit: ${faultText(mismatch)}`,
    );
  });
}

/** Subscriptions that nothing compares at build: the library of a schema makes no JSON Schema. */
export function unseenSubscriptions({ key, definition, kind }: DeclaredResource): string[] {
  return received(definition, kind).flatMap(({ from, relation }) => {
    const unseen = [from, definition as Messages].filter((one) => jsonSchemaOf(one.schema) === undefined);
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

function faultText({ path, reason, given, wanted }: SchemaMismatch): string {
  switch (reason) {
    case 'missing':
      return `${path} is missing`;
    case 'optional':
      return `${path} may be missing`;
    default:
      return `${path} may be ${given.join(' or ')}, and is to be ${wanted.join(' or ')}`;
  }
}
