import { LogLevelThreshold } from '@aws-lambda-powertools/logger';
import type { ConstructorOptions } from '@aws-lambda-powertools/logger/types';
import { thresholdOf } from './level.ts';
import type { LoggerSettings } from './settings.ts';

/** Powertools' default for its buffer. */
export const BUFFER_BYTES = 20_480;

/** A parent's settings with Powertools' options for a child over them. */
export function childSettings(parent: LoggerSettings, options: ConstructorOptions): LoggerSettings {
  const { logBufferOptions: buffer } = options;
  const rate = options.sampleRateValue;
  return {
    ...parent,
    service: options.serviceName || parent.service,
    environment: options.environment || parent.environment,
    threshold: parent.pinned ? parent.threshold : (thresholdOf(options.logLevel) ?? parent.threshold),
    sampleRate: rate !== undefined && rate >= 0 && rate <= 1 ? rate : parent.sampleRate,
    formatter: options.logFormatter ?? parent.formatter,
    order: options.logRecordOrder ?? parent.order,
    replacer: options.jsonReplacerFn ?? parent.replacer,
    search: options.correlationIdSearchFn ?? parent.search,
    buffer: !buffer
      ? parent.buffer
      : buffer.enabled === false
        ? undefined
        : {
            threshold: thresholdOf(buffer.bufferAtVerbosity) ?? LogLevelThreshold.DEBUG,
            maxBytes: buffer.maxBytes ?? BUFFER_BYTES,
            flushOnError: buffer.flushOnErrorLog !== false,
            slowMs: parent.buffer?.slowMs ?? Number.POSITIVE_INFINITY,
          },
  };
}
