import { builtin } from '@twelvefold/core/internal';
import type { KeyedHash } from './keyed-hash.ts';
import { keyedHash } from './keyed-hash.ts';

/** More than any process has at once: a key for each day, region, service and secret. */
const MAX_KEYS = 50;
const keys = new Map<string, KeyedHash>();
/** The digest of the secret that was used last; a process seldom has two. */
let last: { readonly secret: string; readonly digest: string } | undefined;

/**
 * A string to sign has some 140 characters; region and service, which it repeats, have names far
 * below these.
 */
const MAX_TO_SIGN = 1_024;

/**
 * The key that signs a day's requests: four HMACs, as much as the rest of the signature, and so
 * kept.
 */
export function signingKey(secret: string, day: string, region: string, service: string): KeyedHash {
  const { createHmac, hash } = builtin('node:crypto');
  // By digest: a dump of this map should not add to the places where the secret is.
  if (last?.secret !== secret) last = { secret, digest: hash('sha256', secret) };
  const id = `${day}/${region}/${service}/${last.digest}`;
  const known = keys.get(id);
  if (known) return known;
  let bytes: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of [day, region, service, 'aws4_request']) bytes = createHmac('sha256', bytes).update(part).digest();
  const key = keyedHash(bytes, MAX_TO_SIGN);
  const oldest = keys.size >= MAX_KEYS ? keys.keys().next().value : undefined;
  if (oldest !== undefined) keys.delete(oldest);
  keys.set(id, key);
  return key;
}
