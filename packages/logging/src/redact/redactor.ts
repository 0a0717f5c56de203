import { anchorIndex } from './anchor-index.ts';
import type { CanonicalText } from './canonical-text.ts';
import { canonicalText } from './canonical-text.ts';
import type { SecretForm } from './secret-forms.ts';
import { secretForms } from './secret-forms.ts';
import { sensitiveKeys } from './sensitive-keys.ts';

/** Stands in a line where a secret was. */
export const REDACTED = '[redacted]';

/**
 * Shorter values are not redacted by value: a four-digit pin would blank out half of all numbers,
 * and the text around the gap would show which value it was. Give such values a sensitive key
 * instead.
 */
const SHORTEST_SECRET = 8;

/** Removes secrets from text that is logged, by their key and by their value. */
export interface Redactor {
  /**
   * Hides this value from now on wherever it appears, without the white space around it. Of a URL
   * with a password the password is hidden too. Values under 8 characters are ignored.
   */
  add(value: string): void;
  /**
   * True when `value` must not be shown because of its key. Text, objects and arrays are hidden
   * under every sensitive key, numbers under `pin`, `otp`, `cvv` and the keys of the options,
   * booleans and null never.
   */
  isSensitive(key: string, value: unknown): boolean;
  /** `text` without any secret value. */
  text(text: string): string;
}

export interface RedactorOptions {
  /** Further sensitive keys, e.g. `['iban']`. */
  keys?: readonly string[];
}

interface Span {
  start: number;
  end: number;
}

/**
 * Makes a redactor. A key is sensitive when it ends with one of the sensitive names (password,
 * secret, token, authorization, cookie, api key, private key, session id, database URL ...),
 * whatever its case, `-` and `_`: `DB_PASSWORD`, `x-api-key`, `refreshToken`; `auth`, `pass`, `sid`
 * and `tokens` count as whole words only.
 *
 * A value is found as it is and in any mixture of JSON (at any depth), percent, form and SigV4
 * encoding, `util.inspect` and XML entities; in base64 and base64url (wrapped, of UTF-8 or UTF-16,
 * as a part of the encoded text); in hexadecimal and as the bytes of a Buffer. Out of reach: values
 * under 8 characters, a part of a value, a value split over two fields, other encodings (base32,
 * compression, encryption, base64 twice).
 *
 * @example
 * ```ts
 * const redactor = createRedactor({ keys: ['iban'] });
 * redactor.add('s3cr3t-value');
 * redactor.text('connect to db:s3cr3t-value@host'); // 'connect to db:[redacted]@host'
 * ```
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const values = new Set<string>();
  const index = anchorIndex<SecretForm>();
  /** Forms without an anchor: every text is searched for them. */
  const unanchored: SecretForm[] = [];

  function add(given: string): void {
    const value = given.trim();
    if (value.length < SHORTEST_SECRET || values.has(value)) return;
    values.add(value);
    for (const form of secretForms(value)) {
      for (const anchor of form.anchors) index.add(anchor, form);
      if (form.anchors.length === 0) unanchored.push(form);
    }
    const password = passwordOf(value);
    if (password !== undefined) add(password);
  }

  return {
    add,
    isSensitive: sensitiveKeys(options.keys ?? []),
    text(text) {
      if (values.size === 0 || text.length < SHORTEST_SECRET) return text;
      const found = index.find(text);
      if (found === undefined && unanchored.length === 0) return text;
      const spans = findForms(text, [...(found ?? []), ...unanchored]);
      let result = '';
      let from = 0;
      for (const { start, end } of spans) {
        result += text.slice(from, start) + REDACTED;
        from = end;
      }
      return from === 0 ? text : result + text.slice(from);
    },
  };
}

/**
 * Where any of `forms` occurs in `text`, in order; overlapping and touching occurrences are one
 * span.
 */
function findForms(text: string, forms: readonly SecretForm[]): Span[] {
  const found: Span[] = [];
  let canonical: CanonicalText | undefined;
  for (const form of forms) {
    for (const literal of form.literals) {
      for (const at of occurrences(text, literal)) found.push({ start: at, end: at + literal.length });
    }
    if (form.canonical === '') continue;
    canonical ??= canonicalText(text);
    for (const at of occurrences(canonical.text, form.canonical)) {
      found.push({ start: canonical.startOf(at), end: canonical.endOf(at + form.canonical.length - 1) });
    }
  }
  found.sort((a, b) => a.start - b.start);
  const merged: Span[] = [];
  for (const span of found) {
    const last = merged.at(-1);
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push(span);
  }
  return merged;
}

function* occurrences(text: string, part: string): Generator<number> {
  // One step at a time: of a secret that overlaps itself ("abcabcabc" of "abcabc") no end may be
  // left standing.
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) yield at;
}

/** The password of a URL such as `postgres://app:password@host/orders`. */
function passwordOf(value: string): string | undefined {
  if (!value.includes('://') || !URL.canParse(value)) return undefined;
  const { password } = new URL(value);
  try {
    return decodeURIComponent(password);
  } catch {
    return password; // A percent sign that does not begin an escape.
  }
}
