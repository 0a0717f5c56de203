import type { StandardSchemaV1 } from '@standard-schema/spec';
import { fromJsonSchema } from './from-json-schema.ts';
import { fromZodShape } from './from-zod-shape.ts';
import type { ParamInfo } from './param-info.ts';

/**
 * The parameters of a schema, or `undefined` if it does not describe them: Standard Schema covers
 * validation only. Reads Standard JSON Schema first (zod 4 and others), then zod 4's definition,
 * the only description that `zod/mini` has.
 */
export function describeParams(schema: StandardSchemaV1): readonly ParamInfo[] | undefined {
  const params = fromJsonSchema(schema);
  if (!params?.some(({ type }) => type === 'unknown')) return params ?? fromZodShape(schema);
  // JSON has no dates; zod's definition may name such types.
  const zodHints = new Map(fromZodShape(schema)?.map((param) => [param.name, param.hint]));
  return params.map((param) => {
    const hint = param.hint ?? zodHints.get(param.name);
    return hint === undefined ? param : { ...param, hint };
  });
}
