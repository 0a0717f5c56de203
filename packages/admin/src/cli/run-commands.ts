import { ecs, logs } from '@twelvefold/aws';
import { UsageError } from '@twelvefold/core/internal';
import { taskDefinitionOf } from '../launch/ecs.ts';
import type { RunPlace, RunRecord } from '../runs/run.ts';
import { etaMs } from '../runs/run.ts';
import type { RunCommand } from '../runs/run-status.ts';
import type { AnyTask } from '../task.ts';
import type { AdminRuns } from './admin-runs.ts';
import { durationText } from './progress.ts';

/** Commands on runs, and what follows their name. */
export const RUN_COMMANDS: Readonly<Record<string, { readonly usage: string; readonly text: string }>> = {
  runs: { usage: '[task]', text: 'List the runs of a task, or of all, newest first' },
  show: { usage: '<run>', text: 'Show a run with its history and its failed records' },
  logs: { usage: '<run>', text: 'Print the log lines of a run on Lambda or ECS' },
  pause: { usage: '<run>', text: 'Stop a run behind the record that it works on' },
  resume: { usage: '<run>', text: 'Go on with a run that is paused, interrupted or errored' },
  cancel: { usage: '<run>', text: 'End a run behind the record that it works on' },
  'retry-failed': { usage: '<run>', text: 'Start a run over the failed records of another' },
  supervise: { usage: '', text: 'Start the next legs of runs, once a minute, until Ctrl-C' },
};

/** The runs of tasks as a table: newest first. */
export async function listRuns<T extends AnyTask>(
  tasks: readonly T[],
  { store, clock }: AdminRuns<T>,
  json: boolean,
): Promise<string> {
  const lists = await Promise.all(tasks.map(({ name }) => store.list(name)));
  const found = lists.flat().sort((a, b) => (a.enqueuedAt < b.enqueuedAt ? 1 : -1));
  if (json) return found.map((run) => JSON.stringify(run)).join('\n');
  if (found.length === 0) return 'There are no runs';
  const rows = found.map((run) => [run.id, run.status, countsOf(run), ageOf(run, clock.now()), run.caller]);
  return table([['RUN', 'STATUS', 'RECORDS', 'STARTED', 'BY'], ...rows]);
}

/** One run in full. */
export async function showRun<T extends AnyTask>(id: string, { store }: AdminRuns<T>, json: boolean): Promise<string> {
  const run = await store.get(id);
  const history = [];
  for await (const entry of store.audit(id)) history.push(entry);
  const failures = [];
  for await (const failure of store.failures(id)) {
    failures.push(failure);
    if (failures.length >= MAX_SHOWN) break;
  }
  if (json) return JSON.stringify({ ...run, history, failures });
  const eta = etaMs(run);
  const facts: Array<[string, string | undefined]> = [
    ['Run', run.id],
    ['Task', run.task],
    ['Status', run.status],
    ['Records', countsOf(run)],
    ['Left', eta === undefined ? undefined : durationText(eta)],
    ['Working time', durationText(run.durationMs)],
    ['Parameters', JSON.stringify(run.params)],
    ['Settings', Object.keys(run.settings).length === 0 ? undefined : JSON.stringify(run.settings)],
    ['Writes', run.writes && JSON.stringify(run.writes)],
    ['On', `${run.on}${run.host === undefined ? '' : ` (${run.host})`}`],
    ['By', run.caller],
    ['Release', run.release],
    ['Correlation', run.correlationId],
    ['Result', run.result === undefined ? undefined : JSON.stringify(run.result)],
    ['Error', run.error && `${run.error.name}: ${run.error.message}`],
  ];
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : [[`${name}:`, value]]));
  return [
    table(lines),
    '',
    'History:',
    table(history.map(({ at, event, status, by, detail = '' }) => [`  ${at}`, event, status, by, detail])),
    ...(failures.length === 0
      ? []
      : [
          '',
          `Failed records${failures.length < MAX_SHOWN ? '' : ` (the first ${MAX_SHOWN})`}:`,
          failedTable(failures),
        ]),
  ].join('\n');
}

const MAX_SHOWN = 20;

function failedTable(
  failures: ReadonlyArray<{ at: string; position: unknown; error: { name: string; message: string } }>,
) {
  return table(
    failures.map(({ at, position, error }) => [`  ${at}`, JSON.stringify(position), `${error.name}: ${error.message}`]),
  );
}

/** Pauses, resumes or cancels. */
export async function commandRun<T extends AnyTask>(
  id: string,
  command: RunCommand,
  runs: AdminRuns<T>,
  on?: RunPlace,
): Promise<RunRecord> {
  return runs.store.command(id, command, runs.caller, on === undefined ? {} : { on });
}

/** The log lines of a run, by its correlation id. */
export async function* logLines<T extends AnyTask>(
  run: RunRecord,
  { aws, functionOf, ecs: place }: AdminRuns<T>,
): AsyncIterable<string> {
  const logGroupName = await groupOf();
  const from = Date.parse(run.enqueuedAt);
  let nextToken: string | undefined;
  do {
    const input = {
      logGroupName,
      startTime: from,
      filterPattern: `"${run.correlationId}"`,
      ...(nextToken && { nextToken }),
    };
    const page = await aws.call(logs, 'FilterLogEvents', input, { access: 'read' });
    for (const { message = '' } of page.events ?? []) yield message;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);

  async function groupOf(): Promise<string> {
    if (run.on === 'lambda') return `/aws/lambda/${functionOf(run.task)}`;
    if (run.on === 'here' || place === undefined) {
      throw new UsageError(`Cannot read the log of run ${run.id}: it ran here, in the terminal of ${run.caller}`);
    }
    const taskDefinition = await taskDefinitionOf(run.task, { aws, place });
    const found = await aws.call(ecs, 'DescribeTaskDefinition', { taskDefinition }, { access: 'read' });
    const options = found.taskDefinition?.containerDefinitions?.find(({ name }) => name === (place.container ?? 'app'))
      ?.logConfiguration?.options;
    const group = options?.['awslogs-group'];
    if (group !== undefined) return group;
    throw new UsageError(`Cannot read the log of run ${run.id}: the container does not log to CloudWatch Logs`);
  }
}

function countsOf({ shape, scanned, matched, failed, total }: RunRecord): string {
  if (shape === 'once') return '-';
  const of = total === undefined ? '' : ` of ${total}`;
  return `${scanned}${of} scanned, ${matched} matched${failed === 0 ? '' : `, ${failed} failed`}`;
}

function ageOf({ enqueuedAt }: RunRecord, nowMs: number): string {
  return `${durationText(Math.max(0, nowMs - Date.parse(enqueuedAt)))} ago`;
}

function table(rows: ReadonlyArray<readonly string[]>): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
