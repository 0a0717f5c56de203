import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import type { DlqInput, DlqIo } from './command-io.ts';
import { usage } from './command-io.ts';
import type { DeadLetter } from './dead-letter.ts';
import { readDeadLetter } from './dead-letter.ts';
import type { QueueWalk } from './queue-walk.ts';
import { openQueue } from './queue-walk.ts';
import { redrive } from './redrive.ts';

export interface DlqCommandsDeps {
  clock: Clock;
  /** The port to AWS. @defaultValue from the environment */
  openAws?: (env: DlqIo['env']) => Aws;
}

const WHOLE = { pattern: /^[1-9]\d{0,8}$/, expected: 'a whole number from 1 on' };
const QUEUE = [{ name: 'queue', description: "A queue's URL or name: any queue, not only a dead-letter queue" }];
const JSON_LINES = { description: 'JSON, one line per entry' };
const COUNTED =
  'Looking at a message counts as a receive, and hides it until the command ends. Values are shown: mind who reads along.';
const PROGRESS_EVERY = 100;

/** Makes the commands. */
export function createDlqCommands({
  clock,
  openAws = (env) => createAws({ env }).as('twelvefold-cli'),
}: DlqCommandsDeps) {
  const open = async (io: DlqIo, queue: string) => {
    const aws = openAws(io.env);
    const walk = await openQueue(aws, queue);
    if (walk.maxReceives !== undefined) {
      io.stderr.write(
        `${walk.name} moves a message on after ${walk.maxReceives} receives, and each look counts as one\n`,
      );
    }
    return { aws, walk };
  };

  /** The messages of a queue, all of them visible again after. */
  const look = async (walk: QueueWalk, limit: number): Promise<DeadLetter[]> => {
    const letters: DeadLetter[] = [];
    try {
      for await (const message of walk.messages()) {
        walk.hold(message);
        letters.push(readDeadLetter(message));
        if (letters.length >= limit) break;
      }
    } finally {
      await walk.giveBack();
    }
    return letters;
  };

  const peek = {
    name: 'dlq peek',
    summary: 'List messages of a queue and why they are there',
    details: COUNTED,
    arguments: QUEUE,
    options: {
      limit: { value: 'N', description: 'How many messages to list', default: '20', ...WHOLE },
      json: JSON_LINES,
    },
    run: async (input: DlqInput, io: DlqIo): Promise<number> => {
      const { walk } = await open(io, input.text('queue'));
      const letters = await look(walk, Number(input.text('limit')));
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
      limit: { value: 'N', description: 'How many messages to look at', default: '10000', ...WHOLE },
      json: JSON_LINES,
    },
    run: async (input: DlqInput, io: DlqIo): Promise<number> => {
      const { walk } = await open(io, input.text('queue'));
      const letters = await look(walk, Number(input.text('limit')));
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
    options: { json: JSON_LINES },
    run: async (input: DlqInput, io: DlqIo): Promise<number> => {
      const { walk } = await open(io, input.text('queue'));
      const id = input.text('id');
      const found = (await look(walk, Number.POSITIVE_INFINITY)).find(({ messageId }) => messageId === id);
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
      'Nothing is moved unless --confirm repeats the name of the queue that they are taken from.',
    arguments: QUEUE,
    options: {
      to: { value: 'QUEUE', description: 'Where to: URL or name', required: true },
      fingerprint: { value: 'TEXT', description: 'Only messages of this failure, as `dlq group` lists it' },
      id: { value: 'ID', description: 'Only this message' },
      contains: { value: 'TEXT', description: 'Only messages whose body contains this text' },
      limit: { value: 'N', description: 'How many at most', default: '999999999', ...WHOLE },
      rate: { value: 'N', description: 'How many per second at most', ...WHOLE },
      'dry-run': { description: 'Only count what would be moved' },
      confirm: { value: 'NAME', description: 'The name of the queue that they are taken from' },
    },
    run: async (input: DlqInput, io: DlqIo): Promise<number> => {
      const { aws, walk } = await open(io, input.text('queue'));
      const to = await openQueue(aws, input.text('to'));
      if (to.url === walk.url) throw usage(`--to is the queue that they are taken from`);
      const dryRun = input.flag('dry-run');
      const confirmed = input.optional('confirm');
      if (!dryRun && confirmed !== walk.name) {
        throw usage(
          `about ${walk.about} messages of ${walk.name} would go to ${to.name}: look with --dry-run, then say --confirm ${walk.name}`,
        );
      }
      const [fingerprint, id, contains, rate] = ['fingerprint', 'id', 'contains', 'rate'].map((name) =>
        input.optional(name),
      );
      const counts = await redrive({
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
        onProgress: ({ moved }) => {
          if (moved % PROGRESS_EVERY === 0) io.stderr.write(`${moved} of about ${walk.about} moved\n`);
        },
      });
      io.stdout.write(
        `${counts.moved} ${dryRun ? 'would be moved' : 'moved'} to ${to.name}, ${counts.left} left in ${walk.name}\n`,
      );
      if (counts.twice > 0) {
        io.stderr.write(
          `${counts.twice} could not be deleted from ${walk.name} after they were sent: they are in both\n`,
        );
        return 1;
      }
      return 0;
    },
  };

  return [peek, group, show, move] as const;
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
