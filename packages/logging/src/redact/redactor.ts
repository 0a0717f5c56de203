import { encodingsOf } from './encodings.ts';
import { findSecrets } from './find-secrets.ts';
import { SENSITIVE_KEYS } from './sensitive-keys.ts';

/** What stands in a line where a secret was. */
export const REDACTED = '[redacted]';

/**
 * Shorter values are not redacted by value: a four-digit pin would blank out half of all numbers, and what is left
 * around it would tell what it was. Give such values a sensitive key instead.
 */
const SHORTEST_SECRET = 6;

/** Keys looked up lately; log keys are few, keys of user data may not be. */
const REMEMBERED_KEYS = 1_000;
/** Of a longer key only its end is looked at, which is what makes it sensitive. */
const LONGEST_KEY = 512;

/** Removes secrets from what is logged, by the name they go under and by their value. */
export interface Redactor {
  /** From now on this value vanishes wherever it appears. Values under 6 characters are ignored. */
  add(value: string): void;
  /** True when the value under this key must not be shown. */
  isSensitiveKey(key: string): boolean;
  /** `text` without any secret value. */
  text(text: string): string;
}

export interface RedactorOptions {
  /** Further sensitive keys, e.g. `['pin']`. */
  keys?: readonly string[];
}

/**
 * Makes a redactor. A key is sensitive when it ends with one of the sensitive names (password, secret, token,
 * authorization, cookie, api key, private key, session id ...), whatever its case, `-` and `_`: `DB_PASSWORD`,
 * `x-api-key`, `refreshToken`. A value is found as it is, JSON-escaped, percent-encoded and in base64.
 *
 * @example
 * ```ts
 * const redactor = createRedactor({ keys: ['pin'] });
 * redactor.add('s3cr3t-value');
 * redactor.text('connect to db:s3cr3t-value@host'); // 'connect to db:[redacted]@host'
 * ```
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const suffixes = [...SENSITIVE_KEYS, ...(options.keys ?? [])].map(normalized).filter((key) => key !== '');
  const remembered = new Map<string, boolean>();
  const secrets = new Set<string>();

  return {
    add(value) {
      if (value.length < SHORTEST_SECRET) return;
      for (const form of encodingsOf(value)) secrets.add(form);
    },
    isSensitiveKey(whole) {
      const key = whole.length > LONGEST_KEY ? whole.slice(-LONGEST_KEY) : whole;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const name = normalized(key);
      const sensitive = suffixes.some((suffix) => name.endsWith(suffix));
      if (remembered.size >= REMEMBERED_KEYS) remembered.clear();
      remembered.set(key, sensitive);
      return sensitive;
    },
    text(text) {
      if (secrets.size === 0 || text.length < SHORTEST_SECRET) return text;
      const spans = findSecrets(text, secrets);
      if (spans.length === 0) return text;
      let result = '';
      let from = 0;
      for (const span of spans) {
        result += text.slice(from, span.start) + REDACTED;
        from = span.end;
      }
      return result + text.slice(from);
    },
  };
}

function normalized(key: string): string {
  return key.toLowerCase().replaceAll(/[-_\s.]/g, '');
}
