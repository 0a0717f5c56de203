import { ServiceError } from '../../core/service-error.ts';
import { parseJsonPattern, toRegex } from './json-pattern.ts';
import { invalid } from './log-store.ts';

/** Whether a message passes the filter. */
type MessageFilter = (message: string) => boolean;

const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|([^\s"%]+))/y;

/**
 * Terms of unstructured text: all of the plain ones, none with a minus; any of those with `?`,
 * which count only alone.
 */
function parseText(pattern: string): MessageFilter {
  const terms: Array<{ sign: string; has: MessageFilter }> = [];
  const text = pattern.trimEnd();
  for (TERM.lastIndex = 0; TERM.lastIndex < text.length; ) {
    const found = TERM.exec(text);
    if (found === null) throw invalid('Invalid filter pattern');
    const [, sign = '', quoted, regex, bare] = found;
    const wanted = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
    if (regex === undefined) terms.push({ sign, has: (message) => message.includes(wanted) });
    else {
      const compiled = toRegex(regex);
      terms.push({ sign, has: (message) => compiled.test(message) });
    }
  }
  const optional = terms.filter(({ sign }) => sign === '?');
  if (optional.length === terms.length) return (message) => optional.some(({ has }) => has(message));
  const certain = terms.filter(({ sign }) => sign !== '?');
  return (message) => certain.every(({ sign, has }) => has(message) !== (sign === '-'));
}

/**
 * Source: "Filter pattern syntax for metric filters, subscription filters, filter log events, and
 * Live Tail". Patterns for text, regular expressions between percent signs, and JSON; those for
 * space-delimited events (`[ip, user, ...]`) are not here.
 *
 * @throws ServiceError `InvalidParameterException`
 */
export function parseFilterPattern(pattern: string): MessageFilter {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return parseJsonPattern(text);
  if (text.startsWith('[')) {
    throw new ServiceError(
      'NotImplemented',
      'Cannot filter by a pattern for space-delimited events: the local endpoint does not implement it',
      { status: 501 },
    );
  }
  return parseText(text);
}
