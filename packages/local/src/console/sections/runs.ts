import { actionForm, dataTable, html } from '../html.ts';
import type { ConsoleContext, ConsoleRun, Form, Section } from '../section.ts';
import { ConsoleFault, orFault, required } from '../section.ts';

const COMMANDS = ['pause', 'resume', 'cancel'] as const;

const command =
  (name: (typeof COMMANDS)[number]) =>
  async ({ runs }: ConsoleContext, form: Form): Promise<string> => {
    if (runs === undefined) throw new ConsoleFault('The app keeps no records of runs');
    const id = required(form, 'id');
    await orFault(() => runs.command(id, name));
    return `${name} was sent to the run.`;
  };

/** Runs of the app's tasks, with progress. */
export const runsSection: Section<readonly ConsoleRun[] | undefined> = {
  path: 'runs',
  title: 'Runs',
  read: async ({ runs }) => runs?.list(),
  render: (runs) =>
    runs === undefined
      ? html`<p>The app keeps no records of runs: its backing has no <code>taskRuns</code>.</p>`
      : dataTable(
          'Newest first',
          ['Task', 'Run', 'Status', 'Progress', 'Enqueued', 'Change'],
          runs.map(({ task, id, status, scanned, total, enqueuedAt }) => [
            task,
            id,
            status,
            total === undefined
              ? scanned
              : html`<progress max="${total}" value="${scanned}">${scanned}</progress> ${scanned} of ${total}`,
            enqueuedAt,
            COMMANDS.map((name) => actionForm(`/runs/${name}`, { id }, name)),
          ]),
          'No task has run.',
        ),
  actions: { pause: command('pause'), resume: command('resume'), cancel: command('cancel') },
};
