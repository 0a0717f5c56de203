export type Fields = Readonly<Record<string, unknown>>;
/** Resources of a template by logical id. */
export type Resources = Readonly<Record<string, Fields>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** SAM writes tags as a map, CloudFormation as a list. */
export const tagList = (tags: unknown): { readonly Tags?: unknown } =>
  isFields(tags) ? { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } : {};

export const withoutUndefined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** A generated resource under the condition of the one that it comes from. */
export function withResource(id: string, { Condition }: Fields, Type: string, Properties: Fields): Resources {
  return { [id]: withoutUndefined({ Type, Properties: withoutUndefined(Properties), Condition }) };
}
