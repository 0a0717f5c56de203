import { taskRuns } from '@twelvefold/admin';
import { driverOf } from '@twelvefold/backing/internal';
import { localEndpoint } from '../support/endpoint.ts';
import { race } from '../support/race.ts';
import type { Measurement } from './measurement.ts';

const RECORDS = 200_000;

/** The table of runs, as its kind describes it. */
function runsTable() {
  const definition = taskRuns('task-runs');
  const unused = () => {
    throw new TypeError('Not used for a table');
  };
  const context = {
    key: 'runs',
    physicalName: 'bench-runs',
    logicalId: (suffix: string) => suffix,
    companion: unused,
    reference: unused,
  };
  const [made] = driverOf(definition).infrastructure?.(definition as never, context).resources ?? [];
  if (made === undefined) throw new TypeError('The kind describes no table');
  return { Type: made.type, Properties: made.properties };
}

/** A run over records that cost nothing, beside the loop that a script would be. */
export const taskRun: Measurement = {
  name: 'task-run',
  quick: false,
  async measure({ rounds }) {
    await using endpoint = await localEndpoint({ Runs: runsTable() });
    const measured = await race({
      rounds,
      contestants: { twelvefold: 'task-run.twelvefold.ts', floor: 'task-run.floor.ts' },
      env: endpoint.env,
      args: [endpoint.ids.Runs ?? '', String(RECORDS)],
    });
    const us = (name: string) => measured[name]?.cpuUs ?? Number.NaN;
    return [
      {
        name: 'task-run',
        measure: 'Task: a record of a run, its work apart',
        unit: 'us CPU',
        value: us('twelvefold'),
        peers: { 'a bare loop': us('floor') },
        target: { atMost: 25 },
        exact: false,
        note: `A run of ${RECORDS} records that do nothing, with its lease, record and checkpoints against the embedded endpoint in a separate process.`,
      },
    ];
  },
};
