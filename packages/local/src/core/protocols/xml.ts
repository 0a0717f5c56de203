import type { Answer } from '../http.ts';
import type { FlattenedMember, QueryProtocol } from '../service.ts';
import type { ServiceError } from '../service-error.ts';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

const escapeText = (text: string) => text.replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character);

const element = (name: string, content: string) => `<${name}>${content}</${name}>`;

/** Times as XML has them. */
const writeTimes = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(writeTimes) : new Date(Number(value) * 1000).toISOString();

function encodeMember(name: string, value: unknown, protocol: QueryProtocol, action: string): string {
  if (value === undefined || value === null) return '';
  const flat = protocol.flattened?.[name];
  if (flat !== undefined) return encodeFlattened(flat, value, protocol, action);
  if (protocol.times?.includes(name)) return encodeMember(name, writeTimes(value), { xmlns: protocol.xmlns }, action);
  if (Array.isArray(value)) {
    return element(name, value.map((item) => encodeMember('member', item, protocol, action)).join(''));
  }
  if (typeof value !== 'object') return element(name, escapeText(String(value)));
  if (protocol.maps?.includes(name)) {
    const entry = ([key, content]: [string, unknown]) =>
      element('entry', element('key', escapeText(key)) + encodeMember('value', content, protocol, action));
    return element(name, Object.entries(value).map(entry).join(''));
  }
  return element(name, encodeStructure(value, protocol, action));
}

function encodeFlattened(
  flat: FlattenedMember,
  value: object | unknown,
  protocol: QueryProtocol,
  action: string,
): string {
  const { key } = flat;
  const as = ([flat.as].flat()[0] ?? '').replace('{Action}', action);
  if (key === undefined) {
    return (value as unknown[]).map((item) => encodeMember(as, item, protocol, action)).join(''); // a flattened list by its declaration
  }
  const entry = ([name, content]: [string, unknown]) =>
    element(as, element(key, escapeText(name)) + encodeMember(flat.value ?? 'Value', content, protocol, action));
  return Object.entries(value as object) // a flattened map by its declaration
    .map(entry)
    .join('');
}

function encodeStructure(value: object, protocol: QueryProtocol, action: string): string {
  return Object.entries(value)
    .map(([name, member]) => encodeMember(name, member, protocol, action))
    .join('');
}

function answer(status: number, requestId: string, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}

/**
 * The answer to a Query call: `<ActionResponse><ActionResult>...`; no result element where the
 * action returns nothing.
 */
export function encodeXml(protocol: QueryProtocol, action: string, output: unknown, requestId: string): Answer {
  const result =
    typeof output === 'object' && output !== null
      ? element(`${action}Result`, encodeStructure(output, protocol, action))
      : '';
  const metadata = element('ResponseMetadata', element('RequestId', requestId));
  return answer(
    200,
    requestId,
    `<?xml version="1.0"?><${action}Response xmlns="${protocol.xmlns}">${result}${metadata}</${action}Response>`,
  );
}

export function encodeXmlError(protocol: QueryProtocol | undefined, error: ServiceError, requestId: string): Answer {
  const xmlns = protocol === undefined ? '' : ` xmlns="${protocol.xmlns}"`;
  const said =
    element('Type', error.status < 500 ? 'Sender' : 'Receiver') +
    element('Code', escapeText(error.queryCode ?? error.code)) +
    element('Message', escapeText(error.queryMessage ?? error.message));
  return answer(
    error.status,
    requestId,
    `<?xml version="1.0"?><ErrorResponse${xmlns}>${element('Error', said)}${element('RequestId', requestId)}</ErrorResponse>`,
  );
}
