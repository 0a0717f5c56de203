/** An element: its text when it has no children. */
export interface XmlElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** Deeper than any answer of SNS by far; bounds what a broken endpoint can make us keep. */
const MAX_DEPTH = 64;
const TOKEN =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([^\s<>/!?]+)((?:\s[^<>]*?)?)(\/?)>|([^<]+)/gy;

/**
 * The part of XML that AWS answers with: elements, text, CDATA, character references. Attributes
 * are passed over and document types
 * refused.
 *
 * @throws SyntaxError for anything else.
 */
export function parseXml(source: string): XmlElement {
  const document: XmlElement = { name: '', children: [], text: '' };
  const open: XmlElement[] = [document];
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text);
    const parent = open.at(-1);
    if (!token || !parent) throw new SyntaxError(`No XML at character ${at}`);
    const [, cdata, closing, name, , selfClosing, plain] = token;
    if (cdata !== undefined) parent.text += cdata;
    else if (plain !== undefined) parent.text += decodeText(plain);
    else if (name === undefined)
      continue; // a comment or an instruction
    else if (closing) {
      if (parent.name !== name) throw new SyntaxError(`</${name}> at character ${at} closes nothing`);
      open.pop();
    } else {
      const element: XmlElement = { name, children: [], text: '' };
      parent.children.push(element);
      if (!selfClosing) open.push(element);
      if (open.length > MAX_DEPTH) throw new SyntaxError('XML nested too deep');
    }
  }
  const [root] = document.children;
  if (open.length !== 1 || !root || document.children.length !== 1)
    throw new SyntaxError('XML without one closed root');
  return root;
}

/** The first child of that name, and so on down. */
export const xmlAt = (element: XmlElement | undefined, ...path: string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>((at, name) => at?.children.find((child) => child.name === name), element);

const decodeText = (text: string): string =>
  text.replaceAll(/&(?:#x([\dA-Fa-f]{1,6})|#(\d{1,7})|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
