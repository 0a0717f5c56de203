import { LogItem } from '@aws-lambda-powertools/logger';
import type { UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { toLine } from '../serialize/to-line.ts';
import type { InvocationContext } from './key-layer.ts';
import type { LoggerSettings } from './settings.ts';

/** One call of the logger, before it has a form. */
export interface Entry {
  level: string;
  message: unknown;
  /** Milliseconds since the epoch. */
  atMs: number;
  context: InvocationContext | undefined;
  traceId: string | undefined;
  /** Everything but the line's own fields: keys in force, then what the call added. */
  additional: Record<string, unknown>;
}

/**
 * The fields of an entry in Powertools' order: its standard ones, then the additional, which may
 * replace them.
 */
function entryFields(settings: LoggerSettings, entry: Entry): Record<string, unknown> {
  const { context, additional } = entry;
  const fields: Record<string, unknown> = {
    level: entry.level,
    message: entry.message,
    timestamp: settings.formatTimestamp(entry.atMs),
    service: settings.service,
    cold_start: context?.coldStart,
    function_arn: context?.invokedFunctionArn,
    function_memory_size: context?.memoryLimitInMB,
    function_name: context?.functionName,
    function_request_id: context?.awsRequestId,
    sampling_rate: settings.sampleRate,
    xray_trace_id: entry.traceId,
    tenant_id: context?.tenantId,
  };
  for (const key of Object.keys(additional)) {
    const value = additional[key];
    if (value !== undefined || fields[key] === undefined) fields[key] = value;
  }
  return settings.order ? ordered(fields, settings.order) : fields;
}

/** The entry as Powertools' LogItem, through the caller's own formatter where there is one. */
export function toLogItem(settings: LoggerSettings, entry: Entry): LogItem {
  if (!settings.formatter) return new LogItem({ attributes: entryFields(settings, entry) });
  const { context } = entry;
  const unformatted = {
    logLevel: entry.level,
    timestamp: new Date(entry.atMs),
    message: entry.message,
    serviceName: settings.service,
    environment: settings.environment,
    sampleRateValue: settings.sampleRate,
    xRayTraceId: entry.traceId,
    ...(context && { lambdaContext: context }),
  } as unknown as UnformattedAttributes; // Levels, messages and contexts arrive as loosely as callers pass them.
  const item = settings.formatter.formatAttributes(unformatted, entry.additional);
  item.prepareForPrint();
  return item;
}

function ordered(fields: Record<string, unknown>, order: Iterable<string>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of order) if (Object.hasOwn(fields, key)) result[key] = fields[key];
  return Object.assign(result, { ...fields, ...result });
}

/**
 * The line of an entry: written directly where its fields allow it, otherwise field by field. Never
 * throws.
 */
export function entryLine(
  settings: LoggerSettings,
  direct: { entry(entry: Entry): string | undefined } | undefined,
  entry: Entry,
): string {
  try {
    const line = direct?.entry(entry);
    if (line !== undefined) return line;
    const fields = settings.formatter ? toLogItem(settings, entry).getAttributes() : entryFields(settings, entry);
    return toLine(fields, settings, settings.render);
  } catch {
    const timestamp = settings.formatTimestamp(entry.atMs);
    const message = 'Cannot write a log entry: its formatter or replacer threw';
    return settings.render({ level: entry.level, message, timestamp, service: settings.service });
  }
}
