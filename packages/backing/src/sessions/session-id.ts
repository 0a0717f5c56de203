/** 256 random bits as base64url. */
const WELL_FORMED = /^[A-Za-z0-9_-]{43}$/;

/** A new session id. `randomBytes` must be a cryptographic source. */
export function createSessionId(randomBytes: (size: number) => Uint8Array): string {
  return Buffer.from(randomBytes(32)).toString('base64url');
}

/** Whether `id` can be one of ours at all: anything else needs no call to be refused. */
export function isSessionId(id: unknown): id is string {
  return typeof id === 'string' && WELL_FORMED.test(id);
}
