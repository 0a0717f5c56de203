/** A new id in the form of AWS's. Nothing depends on that nobody can guess it, and loading `node:crypto` is 5 ms of a cold start. */
export function createRequestId(random: () => number): string {
  const digits = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${digits(12)}`;
}
