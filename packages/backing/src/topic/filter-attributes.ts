import type { MessageAttributeValue } from '@twelvefold/aws';

/** The fields of a message that subscriptions filter by, as attributes. A field without a value, and an empty text, has none: SNS refuses them. */
export function filterAttributes(fields: readonly string[], message: unknown): Record<string, MessageAttributeValue> {
  const attributes: Record<string, MessageAttributeValue> = {};
  if (typeof message !== 'object' || message === null) return attributes;
  for (const name of fields) {
    const value: unknown = Reflect.get(message, name);
    if (typeof value === 'number' && Number.isFinite(value))
      attributes[name] = { DataType: 'Number', StringValue: String(value) };
    else if (typeof value === 'boolean' || (typeof value === 'string' && value !== ''))
      attributes[name] = { DataType: 'String', StringValue: String(value) };
  }
  return attributes;
}
