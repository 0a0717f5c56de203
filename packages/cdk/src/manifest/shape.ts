/** Gives what is wrong with a value that is found at `at`: nothing, or one line per fault. */
export type Shape = (value: unknown, at: string) => string[];

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 80) ?? String(value);

export const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A string that the whole of `pattern` matches; `hint` says what that is. */
export const text =
  (pattern: RegExp, hint: string): Shape =>
  (value, at) =>
    typeof value === 'string' && pattern.test(value) ? [] : [`${at} is ${shown(value)}, not ${hint}`];

export const anyText: Shape = (value, at) =>
  typeof value === 'string' ? [] : [`${at} is ${shown(value)}, not a string`];

export const whole =
  (min: number, max: number): Shape =>
  (value, at) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? []
      : [`${at} is ${shown(value)}, not a whole number from ${min} to ${max}`];

export const oneOf =
  (...known: readonly unknown[]): Shape =>
  (value, at) =>
    known.includes(value) ? [] : [`${at} is ${shown(value)}, not ${known.map(shown).join(' or ')}`];

export const list =
  (item: Shape): Shape =>
  (value, at) =>
    Array.isArray(value) ? value.flatMap((each, index) => item(each, `${at}[${index}]`)) : [`${at} is not a list`];

/**
 * An object with these fields and no other: one that is not known here may mean what the template
 * would not do.
 */
export const fields =
  (required: Readonly<Record<string, Shape>>, optional: Readonly<Record<string, Shape>> = {}): Shape =>
  (value, at) => {
    if (!isFields(value)) return [`${at} is ${shown(value)}, not an object`];
    const known = { ...required, ...optional };
    return [
      ...Object.keys(value)
        .filter((name) => !Object.hasOwn(known, name))
        .map((name) => `${at}.${name} is not a field that this version of @twelvefold/cdk knows`),
      ...Object.entries(known).flatMap(([name, shape]) => {
        if (value[name] !== undefined) return shape(value[name], `${at}.${name}`);
        return Object.hasOwn(required, name) ? [`${at}.${name} is missing`] : [];
      }),
    ];
  };

/** An object whose field `kind` decides which fields the others are. */
export const kinds =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value, at) => {
    if (!isFields(value)) return [`${at} is ${shown(value)}, not an object`];
    const { kind } = value;
    const shape = typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
    return shape ? shape(value, at) : oneOf(...Object.keys(shapes))(kind, `${at}.kind`);
  };
