import type { Scenario } from './simulate.ts';
import { simulate } from './simulate.ts';

/**
 * `GetParameters` per second and account: by default, and with higher throughput (AWS General
 * Reference, Systems Manager quotas).
 */
const QUOTAS = [40, 1_000];
const FLEET = 1_000;
/** 25 parameters and 5 secrets are three calls of ten names. */
const CALLS = 3;

const SCENARIOS: ReadonlyArray<readonly [string, Omit<Scenario, 'quota'>]> = [
  [
    '1,000 function environments start within 10 s',
    { processes: FLEET, spreadMs: 10_000, calls: CALLS, retryForMs: 5_000 },
  ],
  ['1,000 tasks start within 10 s', { processes: FLEET, spreadMs: 10_000, calls: CALLS, retryForMs: 60_000 }],
  ['1,000 tasks start within 2 min', { processes: FLEET, spreadMs: 120_000, calls: CALLS, retryForMs: 60_000 }],
  [
    '1,000 processes read one rotated secret within 5 s',
    { processes: FLEET, spreadMs: 5_000, calls: 1, retryForMs: 60_000 },
  ],
];

const seconds = (value: number | undefined) => (value === undefined ? 'never' : `${value.toFixed(1)} s`);

const lines = [
  '| | Quota | Loaded | Half after | 99 % after | Calls per process | Throttled |',
  '|---|---:|---:|---:|---:|---:|---:|',
];
for (const [name, scenario] of SCENARIOS) {
  for (const quota of QUOTAS) {
    const { loaded, halfS, mostS, callsPerProcess, throttled } = await simulate({ ...scenario, quota });
    const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
    lines.push(
      `| ${name} | ${quota}/s | ${percent(loaded)} | ${seconds(halfS)} | ${seconds(mostS)} | ${callsPerProcess.toFixed(1)} | ${percent(throttled)} |`,
    );
  }
}
process.stdout.write(`${lines.join('\n')}\n`);
