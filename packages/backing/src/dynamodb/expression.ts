import type { Item } from '@twelvefold/aws/internal';

/**
 * Collects the placeholders of one request, so that no name or value is ever part of an
 * expression's text.
 */
export interface Expression {
  /** The placeholder for a field's name: the same one each time. */
  name(field: string): string;
  /** A placeholder for a value. */
  value(value: unknown): string;
  /**
   * The maps of the request's placeholders. DynamoDB refuses empty maps, so they are left out.
   */
  attributes(): { ExpressionAttributeNames?: Record<string, string>; ExpressionAttributeValues?: Item };
}

/** Starts a request's placeholders. Field names may be reserved words, or hold dots and spaces. */
export function createExpression(): Expression {
  const names = new Map<string, string>();
  const values: unknown[] = [];
  return {
    name: (field) => {
      const placeholder = names.get(field) ?? `#n${names.size}`;
      names.set(field, placeholder);
      return placeholder;
    },
    value: (value) => `:v${values.push(value) - 1}`,
    attributes: () => ({
      ...(names.size > 0
        ? {
            ExpressionAttributeNames: Object.fromEntries(
              [...names].map(([field, placeholder]) => [placeholder, field]),
            ),
          }
        : {}),
      ...(values.length > 0
        ? { ExpressionAttributeValues: Object.fromEntries(values.map((value, index) => [`:v${index}`, value])) }
        : {}),
    }),
  };
}
