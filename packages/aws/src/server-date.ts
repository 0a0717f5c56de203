/**
 * The time in the `Date` header of an answer, in milliseconds since 1970. `undefined` for an answer
 * with an `Age`: it comes from a cache, and its date is old.
 */
export function dateOf({ date, age }: Readonly<Record<string, string | undefined>>): number | undefined {
  const ms = date === undefined || age !== undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(ms) ? undefined : ms;
}
