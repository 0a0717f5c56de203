/**
 * Characters that SQS and SNS refuse in text, or store as U+FFFD (SendMessage, AWS API reference:
 * allowed characters are tab, line feed, carriage return and U+0020 to U+FFFD without lone
 * surrogates). An attribute contains them as they are. A body is JSON, which contains most of them
 * escaped.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression looks for them
export const FORBIDDEN_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** Replaces each forbidden character by U+FFFD. */
export function withoutForbiddenText(text: string): string {
  return text.replaceAll(new RegExp(FORBIDDEN_TEXT, 'gu'), '\ufffd');
}

/**
 * Escapes U+FFFE and U+FFFF in JSON: they can only be part of a string, where the escape means the
 * same. JSON.stringify escapes the other forbidden characters.
 */
export function escapeForbiddenJson(json: string): string {
  return /[\uFFFE\uFFFF]/.test(json) ? json.replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff') : json;
}
