import { canonicalText } from './canonical-text.ts';

/** One way in which a value shows up in text. */
export interface SecretForm {
  /** Texts to find as they are. */
  readonly literals: readonly string[];
  /** To be found in the canonical form of a text; empty for none. */
  readonly canonical: string;
  /**
   * At least one of them stands in every text that holds this form; none when no such text is
   * known.
   */
  readonly anchors: readonly string[];
}

/** Shorter canonical forms would match ordinary words. */
const SHORTEST_CANONICAL = 6;
const SHORTEST_ANCHOR = 3;
const LONGEST_ANCHOR = 16;
/**
 * Base64 prefix lengths to skip, by the value's offset within its 3-byte group: these characters
 * also encode its neighbour.
 */
const SHARED_BASE64 = [0, 2, 3] as const;
/** `util.inspect` shows as many bytes of a Buffer (`buffer.INSPECT_MAX_BYTES`). */
const INSPECTED_BYTES = 50;
/**
 * PEM breaks base64 after 64 characters and MIME after 76: of this many, at most one break is
 * inside.
 */
const UNBROKEN = 60;

/** The forms in which `value` is searched for. */
export function secretForms(value: string): SecretForm[] {
  const json = JSON.stringify(value).slice(1, -1);
  const percent = percentEncoded(value);
  const text: SecretForm = {
    literals: [...new Set([value, json, percent])],
    canonical: canonicalOf(value),
    anchors: longestRun(value),
  };
  // Inside of base64 a value may stand escaped: in the payload of a token as JSON, in a Basic
  // authorization by RFC 6749 percent-encoded.
  const encoded = [...new Set([value, json, percent])].map((form) => Buffer.from(form));
  return [text, ...[...encoded, Buffer.from(value, 'utf16le')].flatMap(base64Forms), ...byteForms(Buffer.from(value))];
}

function canonicalOf(value: string): string {
  const { text } = canonicalText(value);
  return text.length < SHORTEST_CANONICAL ? '' : text;
}

/**
 * One form per offset of the value within a 3-byte group, without the characters that it shares
 * with its neighbours.
 */
function base64Forms(bytes: Buffer): SecretForm[] {
  return SHARED_BASE64.map((shared, before) => {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const form = base64.slice(shared, Math.floor(((before + bytes.length) * 8) / 6));
    const half = Math.min(form.length, UNBROKEN) / 2;
    return {
      literals: [],
      canonical: canonicalOf(form),
      // Two, because a line break may split one.
      anchors: [...longestRun(form.slice(0, half)), ...longestRun(form.slice(half, half * 2))],
    };
  });
}

/** Hexadecimal digits, `util.inspect` of a Buffer, and a Buffer as JSON. */
function byteForms(bytes: Buffer): SecretForm[] {
  const hex = bytes.toString('hex');
  const pairs = hex.replace(/..(?!$)/g, '$& ');
  const numbers = [...bytes];
  const texts = [
    hex,
    hex.toUpperCase(),
    pairs,
    pairs.slice(0, INSPECTED_BYTES * 3),
    numbers.join(','),
    numbers.join(', '),
  ];
  return texts.map((text) => ({ literals: [text], canonical: '', anchors: [text.slice(0, LONGEST_ANCHOR)] }));
}

/** Letters and digits are the only characters that every encoding of text writes as they are. */
function longestRun(text: string): string[] {
  let longest = '';
  for (const [run] of text.matchAll(/[a-z\d]+/gi)) if (run.length > longest.length) longest = run;
  return longest.length < SHORTEST_ANCHOR ? [] : [longest.slice(0, LONGEST_ANCHOR)];
}

function percentEncoded(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}
