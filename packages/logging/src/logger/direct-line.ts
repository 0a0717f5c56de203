import { REDACTED } from '../redact/redactor.ts';
import { toPlain } from '../serialize/plain.ts';
import type { Entry } from './entry.ts';
import type { InvocationContext } from './key-layer.ts';
import type { LoggerSettings } from './settings.ts';

/** The form of a key: as JSON with its colon, empty for one that is never written. */
interface KeyForm {
  readonly text: string;
  /** Some values under this key are hidden. */
  readonly sensitive: boolean;
}

/** The part of an entry that does not depend on the call. */
export type Place = Pick<Entry, 'context' | 'traceId' | 'additional'>;

/**
 * The fields that are the same in every line of one place, from the service to the keys in force,
 * as JSON.
 */
export interface ConstantFields {
  readonly text: string;
  readonly keys: ReadonlySet<string>;
}

/** The scopes of one component: the text around the correlation id. */
interface ScopedPlace {
  readonly constant: ConstantFields;
  readonly kind: string;
  readonly head: string | undefined;
  readonly tail: string;
  readonly keys: ReadonlySet<string>;
}

/** The ids of a scope in its lines. */
export interface ScopeNames {
  readonly correlationId: string;
  readonly component: string;
  readonly kind: string;
  readonly trace: { readonly traceparent?: string };
}

/** Keys looked up lately; log keys are few, keys of user data may not be. */
const REMEMBERED_KEYS = 1_000;
/** Keys that the line itself writes: a field that replaces one of them must stand in its place. */
const STANDARD_KEYS: ReadonlySet<string> = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'cold_start',
  'function_arn',
  'function_memory_size',
  'function_name',
  'function_request_id',
  'sampling_rate',
  'xray_trace_id',
  'tenant_id',
]);
const NO_KEYS: ReadonlySet<string> = new Set();
/** In the order of `addKeys`. */
const SCOPE_KEYS = ['correlation_id', 'component', 'kind', 'traceparent'] as const;
/** An object of more keys is copied with care, as one that is near a limit. */
const FLAT_KEYS = 16;
/** Objects list such keys before all others. */
const NUMBER = /^\d/;
/** A level or a timestamp would be cut by a limit below this. */
const LONGEST_STANDARD = 64;
/** As in plain.ts. */
const UNSAFE_KEY = /^(?:__proto__|constructor)$/;
const LONGEST_KEY = 512;
const HIDDEN = `"${REDACTED}"`;
const BYTES_PER_UNIT = 3;

/**
 * Lines of JSON in one pass. Each answers `undefined` for what needs the careful way (`toLine`):
 * the lines are equal.
 */
export interface DirectLine {
  entry(entry: Entry): string | undefined;
  /** The constant part of entries without fields of their own. */
  constant(entry: Place): ConstantFields | undefined;
  /** The same inside a scope in which nothing was set. */
  within(constant: ConstantFields, scope: ScopeNames): ConstantFields | undefined;
  /** The line of a call that logs a text and at most one object, without an entry in between. */
  call(
    level: string,
    message: string,
    atMs: number,
    constant: ConstantFields,
    fields: object | undefined,
  ): string | undefined;
}

/**
 * Writes entries of the usual kind straight into JSON: text, numbers and booleans under ordinary
 * keys cost no copy of the line, objects are copied one by one. Whatever is unusual is left to the
 * careful way: a caller's own formatter, order or replacer, a field that replaces one of the line's
 * own, a line that comes near its limit, a secret anywhere in it.
 */
export function directLine(settings: LoggerSettings): DirectLine | undefined {
  const { redactor, limits } = settings;
  const unusual =
    settings.formatter ||
    settings.order ||
    settings.replacer ||
    !settings.json ||
    !isVerbatim(settings.service) ||
    Math.min(limits.stringLength, limits.lineBytes) < LONGEST_STANDARD + settings.service.length ||
    [...STANDARD_KEYS].some((key) => redactor.isSensitive(key, ''));
  if (unusual) return undefined;
  const forms = new Map<string, KeyForm>();
  const service = settings.service === '' ? '"' : `","service":"${settings.service}"`;
  /** The names of scopes by component; there are few components. */
  const places = new Map<string, ScopedPlace>();
  const careful = { ...settings, budget: limits.lineBytes };

  /** `undefined` for a key that needs the careful way. */
  function newForm(key: string): KeyForm | undefined {
    if (key.length > LONGEST_KEY || !isVerbatim(key) || NUMBER.test(key) || STANDARD_KEYS.has(key)) return undefined;
    const form = { text: UNSAFE_KEY.test(key) ? '' : `,"${key}":`, sensitive: redactor.isSensitive(key, '') };
    if (forms.size >= REMEMBERED_KEYS) forms.clear();
    forms.set(key, form);
    return form;
  }

  /** Without a `head` for a scope whose lines take the careful way. */
  function newPlace(constant: ConstantFields, component: string, kind: string): ScopedPlace {
    const isUsual =
      isVerbatim(component) &&
      SCOPE_KEYS.every((key) => !constant.keys.has(key) && (forms.get(key) ?? newForm(key))?.sensitive === false);
    const names = isUsual ? fieldsText({ component, kind }, NO_KEYS) : undefined;
    const place = {
      constant,
      kind,
      head: names === undefined ? undefined : `${constant.text},"correlation_id":"`,
      tail: `"${names}`,
      keys: new Set([...constant.keys, ...SCOPE_KEYS]),
    };
    if (places.size >= REMEMBERED_KEYS) places.clear();
    places.set(component, place);
    return place;
  }

  /** A value as JSON, empty when it has none; `undefined` when it needs the careful way. */
  function valueText(key: string, value: unknown): string | undefined {
    switch (typeof value) {
      case 'string':
        if (value.length > limits.stringLength) return undefined;
        if (isVerbatim(value)) return `"${value}"`;
        // Escaped, what was escaped before would be escaped twice, and so unknown to the redactor.
        return redactor.text(value) === value ? JSON.stringify(value) : undefined;
      case 'number':
        return Number.isFinite(value) ? String(value) : 'null';
      case 'boolean':
        return value ? 'true' : 'false';
      case 'object': {
        const flat = flatText(value);
        if (flat !== undefined) return flat;
        const plain = toPlain({ [key]: value }, careful)[key];
        return plain === undefined ? '' : JSON.stringify(plain);
      }
      case 'bigint':
        return valueText(key, String(value));
      default:
        return ''; // Functions and symbols, as in JSON.
    }
  }

  /**
   * A plain object of texts, numbers and booleans as JSON; `undefined` for any other, and for one
   * that needs the careful way.
   */
  function flatText(value: object | null): string | undefined {
    try {
      return value === null || Object.getPrototypeOf(value) !== Object.prototype ? undefined : flatObjectText(value);
    } catch {
      return undefined; // A getter or a proxy threw: the careful way says where.
    }
  }

  function flatObjectText(value: object): string | undefined {
    let text = '';
    let count = 0;
    for (const key in value) {
      const form = forms.get(key) ?? newForm(key);
      count += 1;
      if (form === undefined || form.text === '' || form.sensitive || count > FLAT_KEYS) return undefined;
      const item: unknown = (value as Record<string, unknown>)[key]; // Only looked at.
      if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean') return undefined;
      const shown = valueText(key, item);
      if (shown === undefined) return undefined;
      text += form.text + shown;
    }
    return `{${text.slice(1)}}`;
  }

  /**
   * The fields of an object, each read once, with a comma before each; none of them may be one of
   * `taken`.
   */
  function fieldsText(fields: object, present: ReadonlySet<string>): string | undefined {
    let line = '';
    // Unlike Object.keys this makes no list, and the engine reads what it iterates over without a
    // look-up.
    for (const key in fields) {
      if (!Object.hasOwn(fields, key)) continue;
      const form = forms.get(key) ?? newForm(key);
      if (form === undefined || present.has(key)) return undefined;
      const value: unknown = (fields as Record<string, unknown>)[key]; // Its own, as just seen.
      if (value === undefined || value === null || value === '' || form.text === '') continue;
      const text = form.sensitive && redactor.isSensitive(key, value) ? HIDDEN : valueText(key, value);
      if (text === undefined) return undefined;
      if (text !== '') line += form.text + text;
    }
    return line;
  }

  function constantText({ context, traceId }: Place): string | undefined {
    let line = service;
    for (const [key, value] of constantFields(settings.sampleRate, traceId, context)) {
      const text = value === undefined || value === null || value === '' ? '' : valueText(key, value);
      if (text === undefined) return undefined;
      if (text !== '') line += `,"${key}":${text}`;
    }
    return line;
  }

  function finished(line: string): string | undefined {
    if (line.length * BYTES_PER_UNIT > limits.lineBytes) return undefined;
    // All text stands here as it is, or has been looked at, so one look finds a secret in any value
    // and any key.
    return redactor.text(line) === line ? line : undefined;
  }

  return {
    entry(entry) {
      const { message } = entry;
      const shown = message === '' || message === undefined || message === null ? '' : valueText('message', message);
      if (shown === undefined) return undefined;
      const constant = constantText(entry);
      if (constant === undefined) return undefined;
      const fields = fieldsText(entry.additional, NO_KEYS);
      if (fields === undefined) return undefined;
      const head = `{"level":"${entry.level}"${shown === '' ? '' : `,"message":${shown}`},"timestamp":"`;
      return finished(`${head}${settings.formatTimestamp(entry.atMs)}${constant}${fields}}`);
    },

    constant(entry) {
      // What stands here as it is can be looked at in every line; objects may change.
      const values = [...Object.values(entry.additional), ...Object.values(entry.context ?? {})];
      if (!values.every((value) => (typeof value === 'string' ? isVerbatim(value) : !isObject(value))))
        return undefined;
      const constant = constantText(entry);
      const fields = fieldsText(entry.additional, NO_KEYS);
      if (constant === undefined || fields === undefined) return undefined;
      return { text: constant + fields, keys: new Set(Object.keys(entry.additional)) };
    },

    within(constant, { correlationId, component, kind, trace: { traceparent } }) {
      const known = places.get(component);
      const place = known?.constant === constant && known.kind === kind ? known : newPlace(constant, component, kind);
      const { head, tail, keys } = place;
      if (head === undefined || correlationId === '' || correlationId.length > limits.stringLength) return undefined;
      if (!isVerbatim(correlationId)) return undefined;
      const text = `${head}${correlationId}${tail}`;
      if (traceparent === undefined) return { text, keys };
      const trace = fieldsText({ traceparent }, NO_KEYS);
      return trace === undefined ? undefined : { text: text + trace, keys };
    },

    call(level, message, atMs, constant, fields) {
      const shown = valueText('message', message);
      const added = fields === undefined ? '' : fieldsText(fields, constant.keys);
      if (shown === undefined || added === undefined) return undefined;
      return finished(
        `{"level":"${level}","message":${shown},"timestamp":"${settings.formatTimestamp(atMs)}${constant.text}${added}}`,
      );
    },
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** In Powertools' order. Read as loosely as callers pass contexts. */
function constantFields(
  sampleRate: number,
  traceId: string | undefined,
  context: InvocationContext | undefined,
): ReadonlyArray<readonly [key: string, value: unknown]> {
  return [
    ['cold_start', context?.coldStart],
    ['function_arn', context?.invokedFunctionArn],
    ['function_memory_size', context?.memoryLimitInMB],
    ['function_name', context?.functionName],
    ['function_request_id', context?.awsRequestId],
    ['sampling_rate', sampleRate],
    ['xray_trace_id', traceId],
    ['tenant_id', context?.tenantId],
  ];
}

/**
 * Quotes, backslashes, control characters, and the halves of pairs, of which lone ones are escaped.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes control characters
const ESCAPED = /[\u0000-\u001f"\\\ud800-\udfff]/;
/** Up to here a loop takes less than the call of the pattern does. */
const SHORT = 40;

/** Whether JSON writes `text` as it is, between quotes. */
function isVerbatim(text: string): boolean {
  if (text.length > SHORT) return !ESCAPED.test(text);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit <= 0xdfff)) return false;
  }
  return true;
}
