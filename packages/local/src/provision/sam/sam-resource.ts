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

/** A value that counts under the condition of a resource only. */
export const underCondition = (value: unknown, { Condition }: Fields): unknown =>
  Condition === undefined ? value : { 'Fn::If': [Condition, value, { Ref: 'AWS::NoValue' }] };

/** The id of a resource that is named by `Ref` or as text. */
export const idOf = (given: unknown): string | undefined =>
  typeof given === 'string' ? given : typeof fieldsOf(given).Ref === 'string' ? String(fieldsOf(given).Ref) : undefined;

/** A function's event with the resource of its function. */
interface FunctionEvent {
  readonly functionId: string;
  /** The function's id followed by the event's: the id of what is generated. */
  readonly id: string;
  readonly type: string;
  readonly properties: Fields;
  readonly resource: Fields;
}

/** The events of all SAM functions. */
export const eventsOf = (resources: Fields): FunctionEvent[] =>
  Object.entries(resources).flatMap(([functionId, value]) => {
    const resource = fieldsOf(value);
    if (resource.Type !== 'AWS::Serverless::Function') return [];
    return Object.entries(fieldsOf(fieldsOf(resource.Properties).Events)).map(([name, event]) => ({
      functionId,
      id: `${functionId}${name}`,
      type: String(fieldsOf(event).Type),
      properties: fieldsOf(fieldsOf(event).Properties),
      resource,
    }));
  });

/** The id of a function's alias. A name that is not text, e.g. a `Ref`, cannot be part of it. */
export const aliasId = (functionId: string, alias: unknown): string | undefined =>
  alias === undefined ? undefined : `${functionId}Alias${typeof alias === 'string' ? alias.replace(/\W/g, '') : ''}`;

/** The target of events: the alias of a function that has one, else the function. */
export function invoked(functionId: string, resource: Fields): { readonly name: unknown; readonly arn: unknown } {
  const alias = aliasId(functionId, fieldsOf(resource.Properties).AutoPublishAlias);
  if (alias !== undefined) return { name: { Ref: alias }, arn: { Ref: alias } };
  return { name: { Ref: functionId }, arn: { 'Fn::GetAtt': [functionId, 'Arn'] } };
}
