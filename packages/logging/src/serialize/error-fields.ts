/**
 * The first call site of a stack as `file:line`, the way Powertools names it; empty when the stack
 * has none.
 */
export type Locate = (stack: string) => string;

const STANDARD_FIELDS = new Set(['name', 'message', 'stack', 'cause']);

/**
 * The fields of an error in the order Powertools gives them, and the errors of an AggregateError.
 * Read lazily: any may throw.
 */
export function errorFields(error: Error, locate: Locate): Array<[string, () => unknown]> {
  const fields: Array<[string, () => unknown]> = [
    ['name', () => error.name],
    ['location', () => (typeof error.stack === 'string' ? locate(error.stack) : '')],
    ['message', () => error.message],
    ['stack', () => error.stack],
    ['cause', () => error.cause],
  ];
  // What a DOMException has beyond them, it inherits: a number per name of error, and its own,
  // which is 0 for newer ones.
  if (Object.prototype.toString.call(error) === '[object DOMException]') return fields;
  for (const key in error) {
    if (!STANDARD_FIELDS.has(key)) fields.push([key, () => Reflect.get(error, key)]);
  }
  // On a real AggregateError it is not enumerable, so the loop has not seen it.
  if ('errors' in error && !Object.prototype.propertyIsEnumerable.call(error, 'errors')) {
    fields.push(['errors', () => error.errors]);
  }
  return fields;
}
