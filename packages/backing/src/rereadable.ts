import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * A store checks its content with the schema again when it reads it, so a schema must accept its
 * own output. One that turns a text into a Date, say, does not: declare the stored form and convert
 * where it is used.
 */
export type Rereadable<S extends StandardSchemaV1> =
  StandardSchemaV1.InferOutput<S> extends StandardSchemaV1.InferInput<S>
    ? unknown
    : { schema: 'the schema must accept what it returns: what is stored is checked again when it is read' };
