import { EMF_LIMITS } from './emf-limits.ts';
import type { MetricSet } from './metric-set.ts';

/** The fields of an EMF object besides its metrics. */
export interface EmfFrame {
  namespace: string;
  timestamp: number;
  defaults: Readonly<Record<string, string>>;
  metadata: Readonly<Record<string, unknown>>;
}

/** Objects list such keys before all others. */
const NUMBER = /^\d/;
const BYTES_PER_UNIT = 3;

/**
 * A set as one line of EMF in one pass, or `undefined` when it needs the careful way (`emfLines`):
 * the two are equal. Left to that are metadata, further dimension sets, a dimension in place of a
 * default one, and whatever takes more than one line.
 */
export function directEmf(set: MetricSet, frame: EmfFrame): string | undefined {
  const { defaults } = frame;
  const { dimensions, metrics } = set;
  if (set.dimensionSets.length > 0 || metrics.size > EMF_LIMITS.metrics || metrics.size === 0) return undefined;
  for (const _key in frame.metadata) return undefined;
  let names = '';
  let fields = '';
  for (const from of [defaults, dimensions]) {
    for (const key of Object.keys(from)) {
      if (NUMBER.test(key) || key === '__proto__' || (from === dimensions && Object.hasOwn(defaults, key)))
        return undefined;
      const name = JSON.stringify(key);
      names += names === '' ? name : `,${name}`;
      fields += `,${name}:${JSON.stringify(from[key])}`;
    }
  }
  let definitions = '';
  for (const [key, { unit, resolution, values }] of metrics) {
    if (NUMBER.test(key) || key === '__proto__' || values.length > EMF_LIMITS.valuesPerMetric) return undefined;
    const name = JSON.stringify(key);
    const high = resolution === 1 ? ',"StorageResolution":1' : '';
    definitions += `${definitions === '' ? '' : ','}{"Name":${name},"Unit":"${unit}"${high}}`;
    fields += `,${name}:${values.length === 1 ? JSON.stringify(values[0]) : JSON.stringify(values)}`;
  }
  const namespace = JSON.stringify(frame.namespace);
  const dimensionSets = names === '' ? '[]' : `[[${names}]]`;
  const directive = `{"Namespace":${namespace},"Dimensions":${dimensionSets},"Metrics":[${definitions}]}`;
  const line = `{"_aws":{"Timestamp":${frame.timestamp},"CloudWatchMetrics":[${directive}]}${fields}}`;
  return line.length * BYTES_PER_UNIT > EMF_LIMITS.lineBytes ? undefined : line;
}
