import { actionForm, dataTable, html } from '../html.ts';
import type { ListPage } from '../list-page.ts';
import { pageLinks, pageOf } from '../list-page.ts';
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
export const runsSection: Section<ListPage<ConsoleRun> | undefined> = {
  path: 'runs',
  title: 'Runs',
  read: async ({ runs }, { search }) => runs && pageOf(await runs.list(), search),
  render: (page, { search }) =>
    page === undefined
      ? html`<p>The app keeps no records of runs: its backing has no <code>taskRuns</code>.</p>`
      : html`${dataTable(
          'Newest first',
          ['Task', 'Run', 'Status', 'Progress', 'Enqueued', 'Change'],
          page.rows.map(({ task, id, status, scanned, total, enqueuedAt }) => [
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
        )}${pageLinks(page, search)}`,
  actions: { pause: command('pause'), resume: command('resume'), cancel: command('cancel') },
};
