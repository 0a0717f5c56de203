import type { MessageAttributeValue } from '@twelvefold/aws';
import { TwelvefoldError } from '@twelvefold/lifecycle';
import { FORBIDDEN_TEXT } from '../message/forbidden-text.ts';

/**
 * The fields of a message that subscriptions filter by, as attributes. A field without a value, and an empty text, has none: SNS refuses them.
 *
 * @throws TwelvefoldError `MESSAGE_INVALID` naming a field whose text no attribute can carry.
 */
export function filterAttributes(
  action: string,
  fields: readonly string[],
  message: unknown,
): Record<string, MessageAttributeValue> {
  const attributes: Record<string, MessageAttributeValue> = {};
  if (typeof message !== 'object' || message === null) return attributes;
  for (const name of fields) {
    const value: unknown = Reflect.get(message, name);
    if (typeof value === 'number' && Number.isFinite(value))
      attributes[name] = { DataType: 'Number', StringValue: String(value) };
    else if (typeof value === 'string' && FORBIDDEN_TEXT.test(value)) {
      throw new TwelvefoldError(
        'MESSAGE_INVALID',
        `Cannot ${action}: its field '${name}' is filtered by and so an attribute, which takes no control characters and no half of a surrogate pair; take them out, or take '${name}' out of the topic's filters`,
      );
    } else if (typeof value === 'boolean' || (typeof value === 'string' && value !== ''))
      attributes[name] = { DataType: 'String', StringValue: String(value) };
  }
  return attributes;
}
