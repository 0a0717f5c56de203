export type Pair = [name: string, value: string];
type Single = Readonly<Record<string, string | undefined>> | null | undefined;
type Multi = Readonly<Record<string, readonly string[] | undefined>> | null | undefined;

/** Name and value of everything in an event's maps; the one with several values per name wins, because the other holds the last alone. */
export function pairs(multi: Multi, single: Single): Pair[] {
  const all: Pair[] = [];
  if (multi) {
    for (const name of Object.keys(multi)) for (const value of multi[name] ?? []) all.push([name, value]);
  } else if (single) {
    for (const name of Object.keys(single)) {
      const value = single[name];
      if (value !== undefined) all.push([name, value]);
    }
  }
  return all;
}
