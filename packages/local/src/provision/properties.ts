export type Properties = Readonly<Record<string, unknown>>;

const wrong = (name: string, type: string) => new TypeError(`its property ${name} must be ${type}`);

/**
 * Templates write numbers and booleans as themselves or as strings; AWS's attributes are strings.
 */
export function optionalText(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw wrong(name, 'a string');
}

export function requiredText(properties: Properties, name: string): string {
  const value = optionalText(properties, name);
  if (value === undefined) throw new TypeError(`its property ${name} is missing`);
  return value;
}

export function optionalFlag(properties: Properties, name: string): boolean | undefined {
  const value = optionalText(properties, name);
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw wrong(name, 'true or false');
  return value === 'true';
}

export function optionalNumber(properties: Properties, name: string): number | undefined {
  const value = optionalText(properties, name);
  if (value === undefined) return undefined;
  if (value.trim() === '' || !Number.isFinite(Number(value))) throw wrong(name, 'a number');
  return Number(value);
}

export function optionalFields(properties: Properties, name: string): Properties | undefined {
  const value = properties[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name, 'an object');
  return value as Properties; // an object by the line above
}

/** A list of objects. */
export function fieldsList(properties: Properties, name: string): Properties[] {
  const value = properties[name] ?? [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'object' && item !== null)) {
    throw wrong(name, 'a list of objects');
  }
  return value;
}

export function textList(properties: Properties, name: string): string[] {
  const value = properties[name] ?? [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw wrong(name, 'a list of strings');
  return value;
}

/** `[{ Key, Value }]` as an object. */
export const tagsOf = (properties: Properties): Record<string, string> =>
  Object.fromEntries(
    fieldsList(properties, 'Tags').map((tag) => [requiredText(tag, 'Key'), optionalText(tag, 'Value') ?? '']),
  );

/**
 * The attributes among `names` that the template sets, as AWS's attribute maps carry them: text,
 * and JSON for what is an object or a list.
 */
export function attributesOf(properties: Properties, names: readonly string[]): Record<string, string> {
  const set = names.filter((name) => properties[name] !== undefined);
  return Object.fromEntries(
    set.map((name) => {
      const value = properties[name];
      return [name, typeof value === 'object' ? JSON.stringify(value) : (optionalText(properties, name) ?? '')];
    }),
  );
}
