/**
 * Whether the flow with this correlation id is logged at DEBUG. A pure function of the id, so every component that the
 * flow passes through decides the same, with nothing to carry along.
 */
export function isSampled(correlationId: string, rate: number): boolean {
  if (rate <= 0) return false;
  if (rate >= 1) return true;
  // FNV-1a, 32 bits, then mixed (murmur3's finalizer): ids that differ in their last character only are spread as well.
  let hash = 0x811c9dc5;
  for (let index = 0; index < correlationId.length; index += 1) {
    hash = Math.imul(hash ^ correlationId.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < rate;
}
