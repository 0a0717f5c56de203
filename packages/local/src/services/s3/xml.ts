const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** XML has no way to write most control characters: whoever has keys of that kind asks for `encoding-type=url`. */
const escapeText = (text: string) => text.replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character);

/** An element with text, or with elements that are XML already. */
export const element = (name: string, content: string | number | boolean | readonly string[]): string =>
  `<${name}>${Array.isArray(content) ? content.join('') : escapeText(String(content))}</${name}>`;

/** A whole answer in S3's namespace. */
export const document = (name: string, content: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join('')}</${name}>`;

export const isoTime = (ms: number): string => new Date(ms).toISOString();
