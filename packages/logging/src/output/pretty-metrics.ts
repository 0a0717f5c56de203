import { inert } from './inert.ts';
import { painter } from './painter.ts';

interface EmfLine {
  readonly [field: string]: unknown;
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: ReadonlyArray<{
      readonly Metrics: ReadonlyArray<{ readonly Name: string; readonly Unit: string }>;
    }>;
  };
}

const UNITS: Readonly<Record<string, string>> = { Milliseconds: ' ms', Seconds: ' s', Bytes: ' B', Percent: ' %' };

/**
 * Metrics for people at a terminal: of many values how many, their median and the highest.
 *
 * @example
 * ```text
 * 10:11:12.345 METRIC api requests=2 requestTime=2 values, median 3.2 ms, most 12 ms
 * ```
 */
export function prettyMetrics(line: string, color: boolean): string {
  const emf = JSON.parse(line) as EmfLine; // written by emf.ts
  const paint = painter(color);
  const metrics = emf._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics);
  const names = new Set(metrics.map(({ Name }) => Name));
  const shown = metrics.map(
    ({ Name, Unit }) => `${paint('dim', `${inert(Name)}=`)}${summary(emf[Name], UNITS[Unit] ?? '')}`,
  );
  const others = Object.entries(emf).filter(
    ([name]) => name !== '_aws' && name !== 'service' && name !== 'component' && !names.has(name),
  );
  return [
    paint('dim', new Date(emf._aws.Timestamp).toISOString().slice(11, 23)),
    paint('magenta', 'METRIC'),
    paint('cyan', inert(String(emf.component ?? emf.service ?? ''))),
    ...shown,
    ...others.map(([name, value]) => paint('dim', inert(`${name}=${JSON.stringify(value)}`))),
  ].join(' ');
}

function summary(value: unknown, unit: string): string {
  if (!Array.isArray(value)) return `${String(value)}${unit}`;
  const sorted = value.map(Number).sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return `${sorted.length} values, median ${median}${unit}, most ${sorted.at(-1)}${unit}`;
}
