import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { readDeadLetter } from '../../queue/dead-letters/dead-letter.ts';
import type { QueueWalk } from '../../queue/dead-letters/queue-walk.ts';
import { HIDDEN_SECONDS, openQueue } from '../../queue/dead-letters/queue-walk.ts';
import type { DeadLetter } from '../../queue/port.ts';
import { assertConfirmed } from './assert-confirmed.ts';
import type { DlqInput, DlqIo } from './command-io.ts';
import { usage } from './command-io.ts';
import type { RedriveCounts } from './redrive.ts';
import { redrive } from './redrive.ts';

export interface DlqCommandsDeps {
  clock: Clock;
  /** The port to AWS. @defaultValue from the environment */
  openAws?: (env: DlqIo['env']) => Aws;
}

const POSITIVE_INTEGER = { pattern: /^[1-9]\d{0,8}$/, expected: 'a whole number from 1 on' };
const QUEUE = [{ name: 'queue', description: "A queue's URL or name: any queue, not only a dead-letter queue" }];
const JSON_LINES = { description: 'JSON, one line per entry' };
const COUNTED =
  'Looking at a message counts as a receive, and hides it until the command ends, or for ten minutes when it is killed. Where the queue has a redrive policy itself receives push its ' +
  'messages on, so nothing is looked at there before its name has been typed, or given to --confirm. Values are shown: mind who reads along.';
const CONFIRM = { value: 'NAME', description: 'The name of the queue that is looked through' };
const PROGRESS_EVERY = 100;
const PROGRESS_MS = 5_000;

/** Makes the commands. */
export function createDlqCommands({
  clock,
  openAws = (env) => createAws({ env }).as('twelvefold-cli'),
}: DlqCommandsDeps) {
  const open = async (io: DlqIo, queue: string) => {
    const aws = openAws(io.env);
    const walk = await openQueue(aws, queue);
    if (walk.hidden > 0)
      io.stderr.write(`about ${walk.hidden} of ${walk.name} are held by other readers and will not be found\n`);
    return { aws, walk };
  };

  /** Opens a queue to look through. */
  const openToLook = async (io: DlqIo, input: DlqInput): Promise<QueueWalk> => {
    const { walk } = await open(io, input.text('queue'));
    await assertLooking(io, walk, input.optional('confirm'));
    return walk;
  };

  /** The messages of a queue, all of them visible again after. */
  const look = async (io: DlqIo, walk: QueueWalk, limit: number): Promise<DeadLetter[]> => {
    const letters: DeadLetter[] = [];
    try {
      for await (const message of walk.messages(io.signal)) {
        walk.hold(message);
        letters.push(readDeadLetter(message));
        if (letters.length >= limit) break;
      }
    } finally {
      tellHidden(io, walk, await walk.giveBack());
    }
    return letters;
  };

  const peek = {
    name: 'dlq peek',
    summary: 'List messages of a queue and why they are there',
    details: COUNTED,
    arguments: QUEUE,
    options: {
      limit: { value: 'N', description: 'How many messages to list', default: '20', ...POSITIVE_INTEGER },
      confirm: CONFIRM,
      json: JSON_LINES,
    },
    run: async (input: DlqInput, io: DlqIo): Promise<number> => {
      const walk = await openToLook(io, input);
      const letters = await look(io, walk, Number(input.text('limit')));
      if (input.flag('json')) return writeJson(io, letters.map(shortOf));
      for (const letter of letters) {
        io.stdout.write(`${letter.messageId}  ${letter.fingerprint}  ${timeOf(letter)}  ${letter.reason}\n`);
      }
      if (letters.length === 0) io.stderr.write(`${walk.name} has no visible message\n`);
      return 0;
    },
  };

  const group = {
    name: 'dlq group',
    summary: 'Count the messages of a queue by the fingerprint of their failure',
    details: COUNTED,
    arguments: QUEUE,
    options: {
      limit: { value: 'N', description: 'How many messages to look at', default: '10000', ...POSITIVE_INTEGER },
      confirm: CONFIRM,
      json: JSON_LINES,
    },
    run: async (input: DlqInput, io: DlqIo): Promise<number> => {
      const walk = await openToLook(io, input);
      const letters = await look(io, walk, Number(input.text('limit')));
      const groups = [...Map.groupBy(letters, ({ fingerprint }) => fingerprint)]
        .map(([fingerprint, members]) => ({
          fingerprint,
          count: members.length,
          oldest: timeOf(members.reduce((a, b) => (a.sentAtMs <= b.sentAtMs ? a : b))),
          newest: timeOf(members.reduce((a, b) => (a.sentAtMs > b.sentAtMs ? a : b))),
          reason: members[0]?.reason ?? '',
        }))
        .toSorted((a, b) => b.count - a.count || a.fingerprint.localeCompare(b.fingerprint));
      if (input.flag('json')) return writeJson(io, groups);
      for (const { count, fingerprint, oldest, newest, reason } of groups) {
        io.stdout.write(`${String(count).padStart(7)}  ${fingerprint}  ${oldest}  ${newest}  ${reason}\n`);
      }
      return 0;
    },
  };

  const show = {
    name: 'dlq show',
    summary: 'Show one message of a queue with its body and attributes',
    details: COUNTED,
    arguments: [...QUEUE, { name: 'id', description: 'The message id, as `dlq peek` lists it' }],
    options: { confirm: CONFIRM, json: JSON_LINES },
    run: async (input: DlqInput, io: DlqIo): Promise<number> => {
      const walk = await openToLook(io, input);
      const id = input.text('id');
      const found = (await look(io, walk, Number.POSITIVE_INFINITY)).find(({ messageId }) => messageId === id);
      if (!found) throw new Error(`Cannot show message ${id}: ${walk.name} has no visible message with this id`);
      if (input.flag('json')) return writeJson(io, [found]);
      const { body, attributes, ...facts } = found;
      for (const [name, value] of Object.entries({ ...facts, sentAt: timeOf(found) })) {
        if (value !== undefined && name !== 'sentAtMs') io.stdout.write(`${name}: ${value}\n`);
      }
      for (const [name, value] of Object.entries(attributes)) io.stdout.write(`attribute ${name}: ${value}\n`);
      io.stdout.write(`\n${body}\n`);
      return 0;
    },
  };

  const move = {
    name: 'dlq redrive',
    summary: 'Move messages of a queue back to where they can be handled',
    details:
      'Each is received, sent and then deleted: a run that dies loses none and may leave one in both queues. What is not moved is left untouched. ' +
      'What came after the run began is left too: it may be what was moved and has failed again. Nothing is moved before the name of the queue that ' +
      'they are taken from is typed, or given to --confirm where there is no terminal.',
    arguments: QUEUE,
    options: {
      to: { value: 'QUEUE', description: 'Where to: URL or name', required: true },
      fingerprint: { value: 'TEXT', description: 'Only messages of this failure, as `dlq group` lists it' },
      id: { value: 'ID', description: 'Only this message' },
      contains: { value: 'TEXT', description: 'Only messages whose body contains this text' },
      limit: { value: 'N', description: 'How many at most', default: '999999999', ...POSITIVE_INTEGER },
      rate: { value: 'N', description: 'How many per second at most', ...POSITIVE_INTEGER },
      'dry-run': { description: 'Only count what would be moved; each look counts as a receive' },
      confirm: { value: 'NAME', description: 'The name of the queue that they are taken from' },
    },
    run: async (input: DlqInput, io: DlqIo): Promise<number> => {
      const { aws, walk } = await open(io, input.text('queue'));
      const to = await openQueue(aws, input.text('to'));
      if (to.url === walk.url) throw usage(`--to is the queue that they are taken from`);
      const dryRun = input.flag('dry-run');
      const confirmed = input.optional('confirm');
      if (dryRun) await assertLooking(io, walk, confirmed);
      else {
        const what = `about ${walk.about} messages of ${walk.name} would go to ${to.name}`;
        await assertConfirmed({ io, name: walk.name, what, given: confirmed, hint: 'look with --dry-run first' });
      }
      let reportedAt = clock.monotonic();
      const [fingerprint, id, contains, rate] = ['fingerprint', 'id', 'contains', 'rate'].map((name) =>
        input.optional(name),
      );
      let counts: RedriveCounts | undefined;
      const tellEnd = (ended: RedriveCounts, how: string) => {
        io.stdout.write(
          `${ended.moved} ${dryRun ? 'would be moved' : 'moved'} to ${to.name}, ${how} left in ${walk.name}\n`,
        );
        if (ended.late > 0) io.stderr.write(`${ended.late} of those left came after the run began\n`);
        tellHidden(io, walk, ended.hidden);
        if (ended.twice > 0) {
          io.stderr.write(
            `${ended.twice} could not be deleted from ${walk.name} after they were sent: they are in both\n`,
          );
        }
      };
      const moving = redrive({
        aws,
        from: walk,
        to,
        wanted: (letter) =>
          (fingerprint === undefined || letter.fingerprint === fingerprint) &&
          (id === undefined || letter.messageId === id) &&
          (contains === undefined || letter.body.includes(contains)),
        limit: Number(input.text('limit')),
        rate: rate === undefined ? undefined : Number(rate),
        dryRun,
        clock,
        signal: io.signal,
        onProgress: ({ moved }) => {
          const now = clock.monotonic();
          if (moved % PROGRESS_EVERY !== 0 && now - reportedAt < PROGRESS_MS) return;
          reportedAt = now;
          io.stderr.write(`${moved} of about ${walk.about} moved\n`);
        },
        onEnd: (ended) => {
          counts = ended;
        },
      });
      try {
        await moving;
      } catch (error) {
        // What was not reached was not counted.
        if (counts) tellEnd(counts, 'the rest');
        throw error;
      }
      if (counts) tellEnd(counts, String(counts.left));
      return counts === undefined || counts.twice > 0 ? 1 : 0;
    },
  };

  return [peek, group, show, move] as const;
}

/** To look is to receive, and where receives push messages on that is to be wanted. */
async function assertLooking(io: DlqIo, { name, maxReceives }: QueueWalk, given: string | undefined): Promise<void> {
  if (maxReceives === undefined) return;
  const what = `${name} moves a message on after ${maxReceives} receives, and each look counts as one`;
  await assertConfirmed({ io, name, what, given });
}

function tellHidden(io: DlqIo, { name }: QueueWalk, hidden: number): void {
  if (hidden > 0)
    io.stderr.write(`${hidden} could not be given back: ${name} shows them again within ${HIDDEN_SECONDS} s\n`);
}

function shortOf({ body, attributes, ...letter }: DeadLetter) {
  return letter;
}

function timeOf({ sentAtMs }: DeadLetter): string {
  return new Date(sentAtMs).toISOString();
}

function writeJson(io: DlqIo, rows: readonly object[]): number {
  for (const row of rows) io.stdout.write(`${JSON.stringify(row)}\n`);
  return 0;
}
