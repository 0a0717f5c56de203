import { REDACTED } from '../redact/redactor.ts';
import { isVerbatim } from '../serialize/is-verbatim.ts';
import { toPlain } from '../serialize/plain.ts';
import type { Entry } from './entry.ts';
import type { InvocationContext } from './key-layer.ts';
import type { LoggerSettings } from './settings.ts';

/** The form of a key: as JSON with its colon, empty for one that is never written. */
interface KeyForm {
  readonly text: string;
  readonly sensitive: boolean;
}

/** Keys looked up lately; log keys are few, keys of user data may not be. */
const REMEMBERED_KEYS = 1_000;
/** What the line writes by itself: a field that replaces one of them must stand in its place. */
const OWN_KEYS: ReadonlySet<string> = new Set([
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
/** Objects list such keys before all others. */
const NUMBER = /^\d/;
/** A level or a timestamp would be cut by a limit below this. */
const LONGEST_OWN = 64;
/** As in plain.ts. */
const UNSAFE_KEY = /^(?:__proto__|constructor)$/;
const LONGEST_KEY = 512;
const HIDDEN = `"${REDACTED}"`;
const BYTES_PER_UNIT = 3;

/** An entry as a line of JSON in one pass, or `undefined` when it needs the careful way (`toLine`): the two are equal. */
export type DirectLine = (entry: Entry) => string | undefined;

/**
 * Writes entries of the usual kind straight into JSON: text, numbers and booleans under ordinary keys cost no copy of the
 * line, objects are copied one by one. Whatever is unusual is left to the careful way: a caller's own formatter, order or
 * replacer, a field that replaces one of the line's own, a line that comes near its limit, a secret anywhere in it.
 */
export function directLine(settings: LoggerSettings): DirectLine {
  const { redactor, limits } = settings;
  const unusual =
    settings.formatter ||
    settings.order ||
    settings.replacer ||
    !settings.json ||
    !isVerbatim(settings.service) ||
    Math.min(limits.stringLength, limits.lineBytes) < LONGEST_OWN + settings.service.length ||
    [...OWN_KEYS].some((key) => redactor.isSensitiveKey(key));
  if (unusual) return () => undefined;
  const forms = new Map<string, KeyForm>();
  const service = settings.service === '' ? '' : `,"service":"${settings.service}"`;
  const samplingRate = `,"sampling_rate":${settings.sampleRate}`;
  const careful = { ...settings, budget: limits.lineBytes };

  /** `undefined` for a key that needs the careful way. */
  function formOf(key: string): KeyForm | undefined {
    const known = forms.get(key);
    if (known) return known;
    if (key.length > LONGEST_KEY || !isVerbatim(key) || NUMBER.test(key) || OWN_KEYS.has(key)) return undefined;
    const form = { text: UNSAFE_KEY.test(key) ? '' : `,"${key}":`, sensitive: redactor.isSensitiveKey(key) };
    if (forms.size >= REMEMBERED_KEYS) forms.clear();
    forms.set(key, form);
    return form;
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
        const plain = toPlain({ [key]: value }, careful)[key];
        return plain === undefined ? '' : JSON.stringify(plain);
      }
      case 'bigint':
        return valueText(key, String(value));
      default:
        return ''; // Functions and symbols, as in JSON.
    }
  }

  return (entry) => {
    const { message, context, traceId, additional } = entry;
    let line = `{"level":"${entry.level}"`;
    if (message !== '' && message !== undefined && message !== null) {
      const text = valueText('message', message);
      if (text === undefined) return undefined;
      if (text !== '') line += `,"message":${text}`;
    }
    line += `,"timestamp":"${settings.formatTimestamp(entry.atMs)}"${service}`;
    if (context) {
      for (const [key, value] of contextFields(context)) {
        const text = value === undefined || value === null || value === '' ? '' : valueText(key, value);
        if (text === undefined) return undefined;
        if (text !== '') line += `,"${key}":${text}`;
      }
    }
    line += samplingRate;
    const trace = traceId ? valueText('xray_trace_id', traceId) : '';
    if (trace === undefined) return undefined;
    if (trace !== '') line += `,"xray_trace_id":${trace}`;
    const tenant = context?.tenantId ? valueText('tenant_id', context.tenantId) : '';
    if (tenant === undefined) return undefined;
    if (tenant !== '') line += `,"tenant_id":${tenant}`;
    for (const key of Object.keys(additional)) {
      const value = additional[key];
      if (value === undefined || value === null || value === '') continue;
      const form = formOf(key);
      if (form === undefined) return undefined;
      if (form.text === '') continue;
      const text = form.sensitive ? HIDDEN : valueText(key, value);
      if (text === undefined) return undefined;
      if (text !== '') line += form.text + text;
    }
    line += '}';
    if (line.length * BYTES_PER_UNIT > limits.lineBytes) return undefined;
    // All text stands here as it is, or has been looked at, so one look finds a secret in any value and any key.
    return redactor.text(line) === line ? line : undefined;
  };
}

/** Read as loosely as callers pass contexts. */
function contextFields(context: InvocationContext): ReadonlyArray<readonly [key: string, value: unknown]> {
  return [
    ['cold_start', context.coldStart],
    ['function_arn', context.invokedFunctionArn],
    ['function_memory_size', context.memoryLimitInMB],
    ['function_name', context.functionName],
    ['function_request_id', context.awsRequestId],
  ];
}
