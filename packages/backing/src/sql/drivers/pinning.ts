/**
 * Statements that tie a session of RDS Proxy to one database connection until the session ends (RDS
 * user guide, "Avoiding pinning an RDS Proxy", conditions for PostgreSQL).
 */
const PINS: ReadonlyArray<readonly [pattern: RegExp, reason: string]> = [
  [
    /^\s*(SET(?!\s+(LOCAL|TRANSACTION|CONSTRAINTS)\b)|RESET)\b/i,
    'SET changes the session; use SET LOCAL in a transaction',
  ],
  [
    /\bset_config\s*\((?![^)]*,\s*true\s*\))/i,
    'set_config changes the session; pass true for is_local, in a transaction',
  ],
  [/^\s*(PREPARE(?!\s+TRANSACTION\b)|EXECUTE|DEALLOCATE|DISCARD)\b/i, 'prepared statements belong to the session'],
  [/^\s*CREATE\s+(LOCAL\s+|GLOBAL\s+)?TEMP(ORARY)?\b/i, 'temporary objects belong to the session'],
  [/^\s*(LISTEN|UNLISTEN)\b/i, 'notifications belong to the session'],
  [/^\s*DECLARE\b/i, 'a cursor belongs to the session'],
  [/^\s*LOAD\b/i, 'a library is loaded into the session'],
  [
    /\bpg_(try_)?advisory_lock(_shared)?\s*\(/i,
    'the lock belongs to the session; use pg_advisory_xact_lock, or lock()',
  ],
  [/\b(nextval|setval)\s*\(/i, 'sequences keep state in the session; leave them to column defaults'],
];

/** Longer statements pin. */
const LONGEST_BYTES = 16_384;
const MOST_KNOWN = 1_000;

/**
 * Looks at each text once, and warns of those that pin. For development: in production it would
 * cost time.
 */
export function createPinningCheck(subject: string, warn: (message: string) => void) {
  const known = new Set<string>();
  return (statement: string | { readonly text: string; readonly name?: string }): void => {
    const text = typeof statement === 'string' ? statement : statement.text;
    if (known.has(text)) return;
    if (known.size >= MOST_KNOWN) known.clear();
    known.add(text);
    const reason =
      typeof statement === 'object' && statement.name !== undefined
        ? `the statement has the name '${statement.name}', so it is prepared in the session`
        : pinningReason(text);
    if (reason) warn(`A statement on ${subject} pins a session of RDS Proxy: ${reason}: ${text.trim().slice(0, 200)}`);
  };
}

/** Why a statement pins; `undefined` if it does not. */
function pinningReason(text: string): string | undefined {
  if (Buffer.byteLength(text) > LONGEST_BYTES) return `it has more than ${LONGEST_BYTES} bytes`;
  return PINS.find(([pattern]) => pattern.test(text))?.[1];
}
