import { builtin } from '../builtin.ts';

/** Four HMACs for each day, region, service and secret: 50 secrets' worth, though a process seldom has two. */
const MAX_KEYS = 50;
const keys = new Map<string, Buffer>();

/** The key that signs a day's requests. Kept, because it costs as much as the rest of the signature. */
export function signingKey(secret: string, day: string, region: string, service: string): Buffer {
  const { createHmac, hash } = builtin('node:crypto');
  // The secret itself is no key of the map: what is logged of a process's memory should hold it once.
  const id = `${day}/${region}/${service}/${last?.secret === secret ? last.digest : digestOf(secret, hash)}`;
  const known = keys.get(id);
  if (known) return known;
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of [day, region, service, 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
  const oldest = keys.size >= MAX_KEYS ? keys.keys().next().value : undefined;
  if (oldest !== undefined) keys.delete(oldest);
  keys.set(id, key);
  return key;
}

let last: { secret: string; digest: string } | undefined;

function digestOf(secret: string, hash: (algorithm: string, data: string) => string): string {
  last = { secret, digest: hash('sha256', secret) };
  return last.digest;
}
