import type { MetricResolution, MetricUnit } from '@aws-lambda-powertools/metrics/types';

interface StoredMetric {
  unit: MetricUnit;
  resolution: MetricResolution;
  values: number[];
}

/** Metrics that will be published together, under the same dimensions. */
export interface MetricSet {
  metrics: Map<string, StoredMetric>;
  /** How many values the metrics have in all. */
  values: number;
  /** Dimensions of the main set, added one by one. */
  dimensions: Record<string, string>;
  /** Further sets, each published beside the main one. */
  dimensionSets: Array<Record<string, string>>;
  metadata: Record<string, unknown>;
  timestamp: number | undefined;
  /** In place of the instance's default dimensions, when set. */
  defaults: Record<string, string> | undefined;
}

export function metricSet(): MetricSet {
  return {
    metrics: new Map(),
    values: 0,
    dimensions: {},
    dimensionSets: [],
    metadata: {},
    timestamp: undefined,
    defaults: undefined,
  };
}

/** Removes the metrics, and nothing that describes them. */
export function clearMetrics(set: MetricSet): void {
  set.metrics = new Map();
  set.values = 0;
  set.timestamp = undefined;
}

/** Removes the metrics, their dimensions and metadata; default dimensions stay. */
export function clearSet(set: MetricSet): void {
  clearMetrics(set);
  set.dimensions = {};
  set.dimensionSets = [];
  set.metadata = {};
}
