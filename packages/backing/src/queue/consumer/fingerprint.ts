import { hash } from 'node:crypto';

/**
 * 16 hexadecimal digits that are equal for failures of one kind, so that dead-letter messages can be grouped. Numbers, ids and
 * quoted text are taken out first.
 */
export function fingerprint(reason: string, cause?: unknown): string {
  const kind = cause instanceof Error ? `${cause.name}: ${cause.message}` : '';
  const text = `${reason}\n${kind}`
    .replaceAll(/"[^"]*"|'[^']*'/g, '""')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{12,}\b|\d+/gi, '0');
  return hash('sha256', text, 'hex').slice(0, 16);
}
