/** An element of an AWS answer: it holds either elements or text. */
export interface XmlElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return decimal ? String.fromCodePoint(Number(decimal)) : (NAMED[name] ?? whole);
  });
}

/**
 * The document's element. Reads what AWS's Query protocol sends: elements and text, no CDATA;
 * attributes are left out.
 */
export function parseXml(document: string): XmlElement {
  const root: XmlElement = { name: '', children: [], text: '' };
  const open = [root];
  for (const [, close, name = '', selfClosing, text] of document.matchAll(/<([/?!]?)([^\s>/]+)[^>]*?(\/?)>|([^<]+)/g)) {
    const parent = open.at(-1) ?? root;
    if (text !== undefined) parent.text += decodeEntities(text);
    else if (close === '/') open.pop();
    else if (close === '') {
      const element = { name, children: [], text: '' };
      parent.children.push(element);
      if (selfClosing === '') open.push(element);
    }
  }
  const element = root.children[0];
  if (element === undefined) throw new SyntaxError('Cannot read the answer: it is not XML');
  return element;
}

/** The element at the end of `path`, undefined where the path ends early. */
export function xmlAt(element: XmlElement, ...path: string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((at, name) => at?.children.find((child) => child.name === name), element);
}

/** The map at the end of `path`: `<entry><key/><value/></entry>`. */
export function xmlMap(element: XmlElement, ...path: string[]): Record<string, string> {
  const entries = xmlAt(element, ...path)?.children ?? [];
  return Object.fromEntries(
    entries.map((entry) => [xmlAt(entry, 'key')?.text ?? '', xmlAt(entry, 'value')?.text ?? '']),
  );
}
