export type Pair = [name: string, value: string];
type Single = Readonly<Record<string, string | undefined>> | null | undefined;
type Multi = Readonly<Record<string, readonly string[] | undefined>> | null | undefined;

/**
 * Name and value of everything in an event's maps; the one with several values per name wins, because the other holds the last alone.
 *
 * @throws TypeError for maps, lists and values of other types
 */
export function pairs(multi: Multi, single: Single): Pair[] {
  const all: Pair[] = [];
  if (multi) {
    for (const name of namesOf(multi)) {
      const values = multi[name];
      if (!Array.isArray(values)) throw new TypeError(`The values of '${name}' are no list`);
      for (const value of values) all.push([name, text(name, value)]);
    }
  } else if (single) {
    for (const name of namesOf(single)) if (single[name] !== undefined) all.push([name, text(name, single[name])]);
  }
  return all;
}

function namesOf(map: object): string[] {
  if (typeof map !== 'object' || Array.isArray(map)) throw new TypeError('Headers or parameters are no map');
  return Object.keys(map);
}

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`The value of '${name}' is no string`);
  return value;
}
