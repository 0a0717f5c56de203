import type { BindingOfKind } from '../kind.ts';

/** DynamoDB takes a table's ARN wherever it takes its name; the lengths are its own. */
export const TABLE_BINDING: BindingOfKind = {
  value: 'name',
  pattern: /^(arn:[^:\s]+:dynamodb:\S+:table\/)?[\w.-]{3,255}$/,
  expected: 'the name of a table',
};
