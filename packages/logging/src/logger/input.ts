/** Powertools' reserved keys: they belong to the line and are dropped from what is logged. */
const RESERVED_KEYS: ReadonlySet<string> = new Set(['level', 'message', 'sampling_rate', 'service', 'timestamp']);

const UNREADABLE = '[unreadable]';

/**
 * Adds what one call logs to `fields` and returns its message. Takes strings, objects and errors
 * where Powertools takes them, and whatever else a caller passes in spite of the types. Never
 * throws.
 *
 * @param onReserved - called with each key that is dropped
 */
export function addInput(
  fields: Record<string, unknown>,
  input: unknown,
  extra: readonly unknown[],
  onReserved: (key: string) => unknown,
): unknown {
  let message: unknown = '';
  if (typeof input === 'string') message = input;
  else if (input instanceof Error) {
    // Powertools would keep the message only and lose the stack.
    message = read(input, 'message');
    fields.error = input;
  } else if (typeof input === 'object' && input !== null) {
    message = read(input, 'message');
    copyFields(fields, input, (key) => key !== 'message' && onReserved(key));
  } else message = String(input);

  for (const item of extra) {
    if (item === undefined || item === null) continue;
    if (item instanceof Error) fields.error = item;
    else if (typeof item === 'object') copyFields(fields, item, onReserved);
    else fields.extra = item;
  }
  return message;
}

/**
 * Copies the fields of `item`, reading each at most once and none that is reserved. Never throws.
 */
export function copyFields(fields: Record<string, unknown>, item: object, onReserved: (key: string) => unknown): void {
  let keys: string[];
  try {
    keys = Object.keys(item);
  } catch {
    fields.extra = UNREADABLE; // A proxy that refuses to list its keys.
    return;
  }
  for (const key of keys) {
    if (!RESERVED_KEYS.has(key)) fields[key] = read(item, key);
    else onReserved(key);
  }
}

function read(item: object, key: string): unknown {
  try {
    return Reflect.get(item, key);
  } catch {
    return UNREADABLE;
  }
}
