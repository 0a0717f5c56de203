import { hash } from 'node:crypto';

/**
 * SHA-256 as 43 base64url characters: a key of fixed length that does not give away what it stands
 * for.
 */
export function digest(text: string): string {
  return hash('sha256', text, 'base64url');
}
