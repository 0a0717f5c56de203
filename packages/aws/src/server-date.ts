/**
 * The time in the `Date` header of an answer, in milliseconds since 1970. An answer with an `Age`
 * comes
 * out of a cache: its date says nothing about now.
 */
export function dateOf({ date, age }: Readonly<Record<string, string | undefined>>): number | undefined {
  const ms = date === undefined || age !== undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(ms) ? undefined : ms;
}
