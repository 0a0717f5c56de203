/** Leading characters of base64 that tell of what stands before the value, by how many bytes of a group of three that is. */
const SHARED = [0, 2, 3] as const;

/**
 * The forms in which a value shows up in text: as it is, JSON-escaped, percent-encoded, and in base64 and base64url, where a text
 * that contains the value (a Basic authorization, a token's payload) shows it in one of three ways. The characters that it shares
 * with its neighbours there are no part of the form.
 */
export function encodingsOf(value: string): Set<string> {
  const forms = new Set([value, JSON.stringify(value).slice(1, -1), percentEncoded(value)]);
  const bytes = Buffer.from(value);
  for (const [before, shared] of SHARED.entries()) {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const own = base64.slice(shared, Math.floor(((before + bytes.length) * 8) / 6));
    forms.add(own);
    forms.add(own.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

function percentEncoded(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return value; // A lone surrogate has no percent-encoding.
  }
}
