/** The POSIX classes of `java.util.regex.Pattern`, as the inside of a character class. */
const CLASSES: Readonly<Record<string, string>> = {
  ASCII: '\\x00-\\x7F',
  Alnum: 'a-zA-Z0-9',
  Alpha: 'a-zA-Z',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  Digit: '0-9',
  Graph: '\\x21-\\x7E',
  Lower: 'a-z',
  Print: '\\x20-\\x7E',
  Punct: '\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E',
  Space: '\\s',
  Upper: 'A-Z',
  XDigit: '0-9a-fA-F',
};

/**
 * Parts that Java writes differently. Escapes come first, so that `\\A` is a backslash and an A.
 */
const PART = /\\p\{(\w+)\}|\\P\{(\w+)\}|\\([AzZ])|\\[\s\S]|([*+?}])\+|[[\]]|[\s\S]/g;

/**
 * A Java regular expression, as CloudFormation and Parameter Store take them in `AllowedPattern`:
 * POSIX classes, inline flags at the beginning, possessive quantifiers (which here match as greedy
 * ones) and the anchors `\A`, `\z` and `\Z`.
 *
 * @throws SyntaxError for a pattern that cannot be read
 */
export function javaPattern(pattern: string): RegExp {
  const [head = '', flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  let inClass = false;
  const source = pattern.slice(head.length).replace(PART, (part, named, negated, anchor, quantifier) => {
    const members = CLASSES[named ?? negated];
    if (members !== undefined) {
      if (negated !== undefined) return `[^${members}]`;
      return inClass ? members : `[${members}]`;
    }
    if (anchor !== undefined) return anchor === 'A' ? '^' : '$';
    if (quantifier !== undefined && !inClass) return quantifier;
    if (part === '[') inClass = true;
    if (part === ']') inClass = false;
    return part;
  });
  return new RegExp(source, `${flags}u`);
}
