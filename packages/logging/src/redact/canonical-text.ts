/** A text in canonical form, and for each of its characters where it stood in the original. */
export interface CanonicalText {
  readonly text: string;
  /** The original index of the character, or of the escape that stood for it. */
  startOf(index: number): number;
  /** The original index behind the character, or behind its escape. */
  endOf(index: number): number;
}

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const UNDERSCORE = 0x5f;
const SLASH = 0x2f;
const SPACE = 0x20;
const DELETE = 0x7f;
const LOWER_U = 0x75;
const LOWER_X = 0x78;
const MOST_BYTES_PER_UNIT = 3;

/**
 * Quotes, `+` and `-`: an encoder may write a space as `+`, base64url writes `-` for `+`,
 * `util.inspect` joins `'a' + 'b'`.
 */
const DROPPED: ReadonlySet<number> = new Set(Array.from('"\'`+-', (char) => char.charCodeAt(0)));
/** Behind a backslash these stand for white space. */
const SPACE_ESCAPES: ReadonlySet<number> = new Set(Array.from('nrtbfv', (char) => char.charCodeAt(0)));
const UNICODE_ESCAPE = /u([\da-f]{4})(?:\\+u(d[c-f][\da-f]{2}))?/iy;
const BYTE_ESCAPE = /x([\da-f]{2})/iy;
/** Percent-encoded any number of times: `%22`, `%2522`. */
const PERCENT_ESCAPE = /%(?:25(?=[\da-f]{2}))*([\da-f]{2})/iy;
const PERCENT_UNICODE = /%u([\da-f]{4})/iy;
const ENTITY = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/iy;
const NAMED_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reduces the encodings of a text to one: JSON at any depth, percent and form encoding in either
 * case, `util.inspect`, XML entities and base64url in place of base64, wrapped or not. Escapes
 * become their characters in UTF-8, one character per byte; backslashes, quotes, white space, `+`
 * and `-` go, and `_` becomes `/`. Two texts that differ only in these are equal here, so it finds
 * too much rather than too little.
 */
export function canonicalText(original: string): CanonicalText {
  const room = original.length * MOST_BYTES_PER_UNIT;
  const bytes = Buffer.allocUnsafe(room);
  const starts = new Uint32Array(room);
  const ends = new Uint32Array(room);
  let length = 0;
  let at = 0;
  let escaped = false;
  let nextEscaped = false;

  function put(byte: number, end: number): void {
    if (byte <= SPACE || byte === DELETE || byte === BACKSLASH || DROPPED.has(byte)) return;
    bytes[length] = byte === UNDERSCORE ? SLASH : byte;
    starts[length] = at;
    ends[length] = end;
    length += 1;
  }

  function putCodePoint(codePoint: number, end: number): void {
    if (codePoint < 0x80) put(codePoint, end);
    else for (const byte of Buffer.from(String.fromCodePoint(codePoint))) put(byte, end);
  }

  function matchAt(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    return pattern.exec(original);
  }

  /** Takes the escape that begins here, if one does; answers its end, or -1. */
  function takeEscape(unit: number): number {
    if (unit === PERCENT) {
      const byte = matchAt(PERCENT_ESCAPE);
      if (byte) {
        put(hex(byte[1]), PERCENT_ESCAPE.lastIndex);
        nextEscaped = hex(byte[1]) === BACKSLASH;
        return PERCENT_ESCAPE.lastIndex;
      }
      const match = matchAt(PERCENT_UNICODE);
      if (match) putCodePoint(hex(match[1]), PERCENT_UNICODE.lastIndex);
      return match ? PERCENT_UNICODE.lastIndex : -1;
    }
    if (unit === AMPERSAND) {
      const match = matchAt(ENTITY);
      if (!match) return -1;
      const [, named, decimal, hexadecimal] = match;
      const codePoint = named
        ? NAMED_ENTITIES[named.toLowerCase()]?.charCodeAt(0)
        : decimal
          ? Number(decimal)
          : hex(hexadecimal);
      if (codePoint === undefined || codePoint > 0x10ffff) return -1;
      putCodePoint(codePoint, ENTITY.lastIndex);
      return ENTITY.lastIndex;
    }
    if (!escaped) return -1;
    if (unit === LOWER_U) {
      const match = matchAt(UNICODE_ESCAPE);
      if (!match) return -1;
      const high = hex(match[1]);
      const end = at + 1 + 4;
      if (high < 0xd800 || high > 0xdbff || match[2] === undefined) putCodePoint(high, end);
      else {
        putCodePoint(0x10000 + (high - 0xd800) * 0x400 + hex(match[2]) - 0xdc00, UNICODE_ESCAPE.lastIndex);
        return UNICODE_ESCAPE.lastIndex;
      }
      return end;
    }
    if (unit === LOWER_X) {
      const match = matchAt(BYTE_ESCAPE);
      if (match) putCodePoint(hex(match[1]), BYTE_ESCAPE.lastIndex);
      return match ? BYTE_ESCAPE.lastIndex : -1;
    }
    return SPACE_ESCAPES.has(unit) ? at + 1 : -1;
  }

  while (at < original.length) {
    const unit = original.charCodeAt(at);
    if (unit === BACKSLASH) {
      escaped = true;
      at += 1;
      continue;
    }
    nextEscaped = false;
    const end = takeEscape(unit);
    if (end !== -1) at = end;
    else {
      const codePoint = unit < 0x80 ? unit : (original.codePointAt(at) ?? unit);
      const next = at + (codePoint > 0xffff ? 2 : 1);
      putCodePoint(codePoint, next);
      at = next;
    }
    escaped = nextEscaped;
  }
  return {
    text: bytes.toString('latin1', 0, length),
    startOf: (index) => starts[index] ?? original.length,
    endOf: (index) => ends[index] ?? original.length,
  };
}

function hex(digits: string | undefined): number {
  return Number.parseInt(digits ?? '', 16);
}
