import type { KeyObject } from 'node:crypto';
import { X509Certificate } from 'node:crypto';
import type { Clock } from '@twelvefold/core';

/** The public keys of SNS's signing certificates, by URL. */
export interface Certificates {
  /** @throws Error if the certificate cannot be fetched or read, or is not valid now */
  key(url: URL): Promise<KeyObject>;
}

export interface CertificatesOptions {
  fetch: (url: URL, init: RequestInit) => Promise<Response>;
  clock: Clock;
}

/** SNS uses one certificate per region at a time; a few more for rotations and several regions. */
const MOST = 16;
const CACHE_MS = 3_600_000;
const TIMEOUT_MS = 5_000;
const MOST_BYTES = 65_536;

/**
 * Keeps certificates for an hour, 16 at most, and fetches each once at a time. Failures are not
 * remembered.
 */
export function createCertificates({ fetch, clock }: CertificatesOptions): Certificates {
  const cached = new Map<string, { until: number; key: Promise<KeyObject> }>();
  const load = async (url: URL): Promise<KeyObject> => {
    // A redirect could lead away from the host that was checked.
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`Cannot load the signing certificate: the answer is ${response.status}`);
    const text = await response.text();
    if (text.length > MOST_BYTES) throw new Error('Cannot load the signing certificate: it is larger than 64 KiB');
    const certificate = new X509Certificate(text);
    const now = clock.now();
    if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) {
      throw new Error('Cannot use the signing certificate: it is not valid now');
    }
    return certificate.publicKey;
  };
  return {
    key(url) {
      const now = clock.monotonic();
      const known = cached.get(url.href);
      if (known && known.until > now) return known.key;
      cached.delete(url.href);
      const key = load(url);
      cached.set(url.href, { until: now + CACHE_MS, key });
      key.catch(() => cached.delete(url.href));
      const [oldest] = cached.keys();
      if (cached.size > MOST && oldest !== undefined) cached.delete(oldest);
      return key;
    },
  };
}
