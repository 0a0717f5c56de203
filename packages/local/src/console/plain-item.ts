type AttributeValue = Readonly<Record<string, unknown>>;

/** A row in DynamoDB's JSON. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** A row with the values that JSON has. */
export const plainItem = (item: Item): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(item).map(([key, value]) => [key, plainValue(value)]));

function plainValue(value: AttributeValue): unknown {
  const [[type, content] = []] = Object.entries(value);
  if (type === 'N') return Number(content);
  if (type === 'NULL') return null;
  if (type === 'L') return (content as AttributeValue[]).map(plainValue);
  if (type === 'M') return plainItem(content as Item);
  return content;
}
