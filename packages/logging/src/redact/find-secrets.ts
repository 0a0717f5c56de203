export interface Span {
  start: number;
  end: number;
}

/** Where any of `secrets` occurs in `text`, in order; overlapping and touching occurrences are one span. */
export function findSecrets(text: string, secrets: Iterable<string>): Span[] {
  const found: Span[] = [];
  for (const secret of secrets) {
    // One step at a time: of a secret that overlaps itself ("abcabcabc" of "abcabc") no end may be left standing.
    for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1)) {
      found.push({ start: at, end: at + secret.length });
    }
  }
  if (found.length < 2) return found;
  found.sort((a, b) => a.start - b.start);
  const merged: Span[] = [];
  for (const span of found) {
    const last = merged.at(-1);
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push(span);
  }
  return merged;
}
