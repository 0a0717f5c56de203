import type { EmfOutput } from '@aws-lambda-powertools/metrics/types';
import type { EmfFrame } from './direct-emf.ts';
import { directEmf } from './direct-emf.ts';
import { EMF_LIMITS } from './emf-limits.ts';
import type { MetricSet } from './metric-set.ts';

interface Slice {
  name: string;
  unit: string;
  resolution: number;
  values: readonly number[];
}

/**
 * A set as EMF objects in Powertools' shape, each within EMF's limits: over 100 metrics, or 100
 * values of one metric, the rest goes into further objects under the same dimensions and metadata.
 */
function emfObjects(set: MetricSet, frame: EmfFrame): EmfOutput[] {
  const objects: EmfOutput[] = [];
  for (let from = 0; ; from += EMF_LIMITS.valuesPerMetric) {
    const slices: Slice[] = [];
    for (const [name, { unit, resolution, values }] of set.metrics) {
      const slice = values.slice(from, from + EMF_LIMITS.valuesPerMetric);
      if (slice.length > 0) slices.push({ name, unit, resolution, values: slice });
    }
    if (slices.length === 0) return objects;
    for (let index = 0; index < slices.length; index += EMF_LIMITS.metrics) {
      objects.push(emfObject(slices.slice(index, index + EMF_LIMITS.metrics), set, frame));
    }
  }
}

/** The lines of a set, none longer than a log driver keeps in one piece. */
export function emfLines(set: MetricSet, frame: EmfFrame): string[] {
  const line = directEmf(set, frame);
  return line === undefined ? emfObjects(set, frame).flatMap(shortLines) : [line];
}

function shortLines(object: EmfOutput): string[] {
  const line = JSON.stringify(object);
  const directive = object._aws.CloudWatchMetrics[0];
  const metrics = directive?.Metrics ?? [];
  if (!directive || metrics.length < 2 || Buffer.byteLength(line) <= EMF_LIMITS.lineBytes) return [line];
  const half = Math.ceil(metrics.length / 2);
  return [metrics.slice(0, half), metrics.slice(half)].flatMap((part, index, halves) => {
    const others = new Set((halves[1 - index] ?? []).map(({ Name }) => Name));
    const fields = Object.fromEntries(Object.entries(object).filter(([key]) => !others.has(key)));
    const _aws = { ...object._aws, CloudWatchMetrics: [{ ...directive, Metrics: part }] };
    return shortLines({ ...fields, _aws });
  });
}

/** One object of the first metrics a set can publish at once, also when it has none. */
export function firstEmfObject(set: MetricSet, frame: EmfFrame): EmfOutput {
  return emfObjects(set, frame)[0] ?? emfObject([], set, frame);
}

function emfObject(slices: readonly Slice[], set: MetricSet, frame: EmfFrame): EmfOutput {
  return {
    _aws: {
      Timestamp: frame.timestamp,
      CloudWatchMetrics: [
        {
          Namespace: frame.namespace,
          Dimensions: dimensionNames(set, frame.defaults),
          Metrics: slices.map(({ name, unit, resolution }) => ({
            Name: name,
            Unit: unit,
            ...(resolution === 1 && { StorageResolution: resolution }),
          })),
        },
      ],
    },
    ...frame.metadata,
    ...frame.defaults,
    ...set.dimensions,
    ...Object.assign({}, ...set.dimensionSets),
    ...Object.fromEntries(slices.map(({ name, values }) => [name, values.length === 1 ? values[0] : values])),
  } as EmfOutput; // Powertools types `Dimensions` as exactly one set, while it writes one per addDimensions().
}

/**
 * The main set when it has dimensions besides the default ones, then each further set; the default
 * dimensions are in all of them.
 */
function dimensionNames(set: MetricSet, defaults: Readonly<Record<string, string>>): string[][] {
  const first = Object.keys(set.dimensions).length > 0 ? [set.dimensions] : [];
  const sets = [...first, ...set.dimensionSets].map((dimensions) => Object.keys({ ...defaults, ...dimensions }));
  if (sets.length > 0) return sets;
  return Object.keys(defaults).length > 0 ? [Object.keys(defaults)] : [];
}
