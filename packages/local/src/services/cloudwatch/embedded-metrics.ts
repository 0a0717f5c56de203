import type { CallContext } from '../../core/service.ts';
import type { Dimension } from './metric-store.ts';
import { addPoint, metricStore, pointOf } from './metric-store.ts';

type Root = Readonly<Record<string, unknown>>;

// Limits: the embedded metric format's specification.
const MAX_METRICS = 100;
const MAX_DIMENSIONS = 30;
const MAX_VALUES = 100;

const isObject = (value: unknown): value is Root =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectsIn = (value: unknown): Root[] => (Array.isArray(value) ? value.filter(isObject) : []);

function parse(message: string): Root | undefined {
  if (!message.trimStart().startsWith('{') || !message.includes('"_aws"')) return undefined;
  try {
    const root: unknown = JSON.parse(message);
    return isObject(root) ? root : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The values of the dimensions that `names` names; undefined when one of them is not a string of
 * the event.
 */
function dimensionsOf(root: Root, names: unknown): Dimension[] | undefined {
  if (!Array.isArray(names) || names.length > MAX_DIMENSIONS) return undefined;
  const dimensions = names.flatMap((Name) => {
    const Value = typeof Name === 'string' && Object.hasOwn(root, Name) ? root[Name] : undefined;
    return typeof Name === 'string' && typeof Value === 'string' ? [{ Name, Value }] : [];
  });
  return dimensions.length === names.length ? dimensions : undefined;
}

function valuesOf(root: Root, name: string): number[] {
  const value = Object.hasOwn(root, name) ? root[name] : undefined;
  const values = Array.isArray(value) ? value : [value];
  const numbers = values.filter((item) => typeof item === 'number' && Number.isFinite(item));
  return numbers.length === values.length && values.length <= MAX_VALUES ? numbers : [];
}

/**
 * Makes metrics of a log event in the embedded metric format: a JSON object with
 * `_aws.CloudWatchMetrics`. As on AWS, what is wrong with it is an event like any other, and no
 * error.
 */
export function recordEmbeddedMetrics(message: string, timestampMs: number, { stores }: CallContext): void {
  const root = parse(message);
  const metadata = root?._aws;
  if (root === undefined || !isObject(metadata)) return;
  const atMs = typeof metadata.Timestamp === 'number' ? metadata.Timestamp : timestampMs;
  const metrics = stores.get(metricStore);
  for (const directive of objectsIn(metadata.CloudWatchMetrics)) {
    const { Namespace: namespace, Dimensions: sets, Metrics: named } = directive;
    if (typeof namespace !== 'string' || namespace === '') continue;
    for (const { Name: name, Unit: unit } of objectsIn(named).slice(0, MAX_METRICS)) {
      const values = typeof name === 'string' ? valuesOf(root, name) : [];
      if (typeof name !== 'string' || values.length === 0) continue;
      const point = pointOf(
        atMs,
        typeof unit === 'string' ? unit : 'None',
        values.map((value) => [value, 1] as const),
      );
      for (const names of Array.isArray(sets) && sets.length > 0 ? sets : [[]]) {
        const dimensions = dimensionsOf(root, names);
        if (dimensions !== undefined) addPoint(metrics, { namespace, name, dimensions }, point);
      }
    }
  }
}
