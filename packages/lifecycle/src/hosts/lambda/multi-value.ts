type Single = Readonly<Record<string, string | undefined>> | null | undefined;
type Multi = Readonly<Record<string, readonly string[] | undefined>> | null | undefined;

/** Name and value of everything in an event's maps; the one with several values per name wins, because the other holds the last alone. */
export function* pairs(multi: Multi, single: Single): Generator<[string, string]> {
  if (multi) {
    for (const [name, values] of Object.entries(multi)) for (const value of values ?? []) yield [name, value];
  } else {
    for (const [name, value] of Object.entries(single ?? {})) if (value !== undefined) yield [name, value];
  }
}
