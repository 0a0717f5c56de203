import { randomBytes } from 'node:crypto';

/** A new `X-Amzn-Trace-Id`, not sampled. */
export function newTraceId(): string {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  return `Root=1-${seconds}-${hex(12)};Parent=${hex(8)};Sampled=0`;
}
