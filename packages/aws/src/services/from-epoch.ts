/** Turns a member that is a number of seconds since 1970 into a Date, in place. */
export function fromEpoch<K extends string>(output: { [key in K]?: unknown }, key: K): void {
  const seconds = output[key];
  if (typeof seconds === 'number') output[key] = new Date(Math.round(seconds * 1_000));
}
