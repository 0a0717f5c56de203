import { HOSTS } from '../support/start-app.ts';
import { INTENDED_BEHAVIOURS, INTENDED_DIFFERENCES } from './intended-differences.ts';
import { FAULT_SCENARIOS } from './probe/scenarios/faults.ts';
import { HTTP_SCENARIOS } from './probe/scenarios/http.ts';
import { KIND_SCENARIOS } from './probe/scenarios/kinds.ts';
import { LIFE_SCENARIOS } from './probe/scenarios/lives.ts';
import { MALFORMED_SCENARIOS } from './probe/scenarios/malformed.ts';
import { MESSAGE_SCENARIOS } from './probe/scenarios/messages.ts';
import { RESOURCE_SCENARIOS } from './probe/scenarios/resources.ts';
import { ROTATION_SCENARIOS } from './probe/scenarios/rotation.ts';
import { STARTING_SCENARIOS } from './probe/scenarios/starting.ts';
import { STATE_SCENARIOS } from './probe/scenarios/state.ts';
import { WIRE_SCENARIOS } from './probe/scenarios/wire.ts';
import { SCENARIOS } from './scenarios.ts';
import { SERVER_SCENARIOS } from './servers/scenarios.ts';
import { STREAMING_SCENARIOS } from './streaming/scenarios.ts';

const SUITES: ReadonlyArray<readonly [name: string, scenarios: readonly unknown[]]> = [
  ['The orders example, end to end', SCENARIOS],
  ['HTTP: requests, answers, limits, logs, metrics', HTTP_SCENARIOS],
  ['The wire: framing, fetched answers, one outcome, errors without a line', WIRE_SCENARIOS],
  ['Streamed answers: pieces, breaks, limits, clients that go', STREAMING_SCENARIOS],
  ['What is malformed, odd or too much, from every front', MALFORMED_SCENARIOS],
  ['Messages: retries, poison, order, topics, transactions', MESSAGE_SCENARIOS],
  ['Backing services that throttle and fail', FAULT_SCENARIOS],
  [
    'The end while starting, freeze, drain, hang-ups, deadline, crash, tasks, own libraries',
    [...STARTING_SCENARIOS, ...LIFE_SCENARIOS, ...RESOURCE_SCENARIOS],
  ],
  ['Tables, indexes and locks', STATE_SCENARIOS],
  ['PostgreSQL, caches and sessions on real servers', SERVER_SCENARIOS],
  ['Kinds of backing services that the app defines itself', KIND_SCENARIOS],
  ['Rotation under load: by age, and by refused credentials', ROTATION_SCENARIOS],
];

/** The README's matrix: how many scenarios are compared on which host. */
export function renderMatrix(): string {
  const row = (name: string, count: number) => `| ${name} | ${HOSTS.map(() => count).join(' | ')} |`;
  const total = SUITES.reduce((sum, [, scenarios]) => sum + scenarios.length, 0);
  const differences = INTENDED_DIFFERENCES.length + INTENDED_BEHAVIOURS.length;
  return [
    '| Scenarios, compared for equality | a long-running process | Lambda functions | Lambda managed instances |',
    '|---|---|---|---|',
    ...SUITES.map(([name, scenarios]) => row(name, scenarios.length)),
    row('All', total),
    '',
    `${differences} intended differences, each with its reason: [intended-differences.ts](test/parity/intended-differences.ts).`,
  ].join('\n');
}
