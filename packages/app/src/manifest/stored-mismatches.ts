import type { Manifest } from './manifest.ts';
import type { JsonSchema, SchemaMismatch } from './row-schema.ts';
import { schemaMismatches } from './row-schema.ts';

/** The fields of an older manifest that are read here: it is JSON and may come from anywhere. */
interface OlderManifest {
  readonly resources?: ReadonlyArray<{ readonly key?: unknown; readonly schema?: JsonSchema }>;
}

/**
 * The reasons why rows and messages that an older release wrote may not fit the schemas of this
 * one, each with the way out: rows stay for years, messages of a queue for days.
 */
export function storedMismatches(older: unknown, { resources }: Manifest): string[] {
  const { resources: before = [] } = (older ?? {}) as OlderManifest;
  if (!Array.isArray(before)) return [];
  return resources.flatMap(({ key, schema }) => {
    const last = before.find((one) => one?.key === key)?.schema;
    if (typeof last !== 'object' || last === null || schema === undefined) return [];
    return schemaMismatches(last, schema as JsonSchema).map((mismatch) => `${key}: ${mismatchText(mismatch)}`); // buildManifest made it
  });
}

function mismatchText({ path, reason, given, wanted }: SchemaMismatch): string {
  const cure = 'make it optional or give it a default, or write it into what is stored before this release';
  switch (reason) {
    case 'missing':
      return `'${path}' is new and required; ${cure}`;
    case 'optional':
      return `'${path}' was optional and is required; ${cure}`;
    case 'type':
      return `'${path}' may be ${given.join(' or ')}, and is to be ${wanted.join(' or ')}; accept both, or add a new field`;
    case 'value':
      return `'${path}' may be ${given.map((value) => JSON.stringify(value)).join(' or ')}, which is no longer accepted; accept it until nothing has it`;
  }
}
