/**
 * What SQS and SNS refuse in text, or store as U+FFFD: all but tab, line feed, carriage return and U+0020 to U+FFFD without lone surrogates
 * (SendMessage, AWS API reference: allowed characters). A body is JSON, where they stand escaped; an attribute has them as they are.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
export const FORBIDDEN_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** With U+FFFD in the place of each. */
export const withoutForbiddenText = (text: string): string =>
  text.replaceAll(new RegExp(FORBIDDEN_TEXT, 'gu'), '\ufffd');
