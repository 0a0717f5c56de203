import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { ParamsInvalid } from '../params-invalid.ts';
import { runTask } from '../run-task.ts';
import type { Run } from '../runs/run.ts';
import type { AnyTask, TaskDefinition } from '../task.ts';
import { defineTask } from '../task.ts';
import type { RunOne } from './admin-command.ts';
import { adminCommand } from './admin-command.ts';

type OnceTask = TaskDefinition<AnyTask['params'], unknown, never>;

const full = z.object({
  since: z.iso.date().describe('First day to look at'),
  dryRun: z.boolean().default(false),
  limit: z.number().int().optional(),
  tags: z.array(z.string()).default([]),
  ids: z.array(z.number()).optional(),
  mode: z.enum(['fast', 'safe']).optional(),
  until: z.coerce.date().optional(),
  baseURL: z.url().nullable().optional(),
});
const small = mini.object({
  since: mini.iso.date(),
  dryRun: mini._default(mini.boolean(), false),
  limit: mini.optional(mini.int()),
  tags: mini._default(mini.array(mini.string()), []),
  ids: mini.optional(mini.array(mini.number())),
  mode: mini.optional(mini.enum(['fast', 'safe'])),
  until: mini.optional(mini.coerce.date()),
  baseURL: mini.optional(mini.nullable(mini.url())),
});
/** A Standard Schema that tells nothing about its structure. */
const opaque: AnyTask['params'] = {
  '~standard': { version: 1, vendor: 'opaque', validate: (value) => ({ value }) },
};

const task = (params: AnyTask['params'], run: (params: unknown) => unknown = (given) => given) =>
  defineTask({ name: 'recalculate-totals', description: 'Recalculates all totals', params, run });
const other = defineTask({ name: 'other', params: z.object({}), run: () => undefined });

async function admin(
  tasks: readonly OnceTask[],
  line: string | string[],
  options: { isTTY?: boolean; run?: RunOne<OnceTask> } = {},
) {
  let out = '';
  let err = '';
  const collect = (add: (text: string) => void) => ({ write: (text: string) => add(text) });
  const io = {
    stdout: collect((text) => {
      out += text;
    }),
    stderr: collect((text) => {
      err += text;
    }),
    isTTY: options.isTTY ?? false,
  };
  const clock = { now: () => 0, monotonic: () => 0 };
  const makeContext = () => undefined as never;
  const newId = () => 'run-1';
  const run: RunOne<OnceTask> = (one, params) =>
    runTask(one, params, { makeContext, clock, newId, correlationId: 'c' });
  const argv = typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line;
  const code = await adminCommand(tasks, argv, io, options.run ?? run);
  return { code, out, err };
}

const given = async (line: string | string[], params: AnyTask['params'] = full) => {
  const result = await admin([task(params)], line);
  expect(result).toMatchObject({ code: 0, err: '' });
  return JSON.parse(result.out) as Record<string, unknown>;
};

describe.each([
  ['zod', full],
  ['zod/mini', small],
])('flags of a %s schema', (_name, params) => {
  const base = ['recalculate-totals', '--since', '2026-01-01'];
  const defaults = { since: '2026-01-01', dryRun: false, tags: [] };

  test.each<[string[], object]>([
    [[], {}],
    [['--dry-run'], { dryRun: true }],
    [['--dry-run', 'true'], { dryRun: true }],
    [['--dry-run=false'], { dryRun: false }],
    [['--no-dry-run'], { dryRun: false }],
    [['--dryRun'], { dryRun: true }],
    [['--limit', '-5'], { limit: -5 }],
    [['--limit=12'], { limit: 12 }],
    [['--tags', 'a'], { tags: ['a'] }],
    [['--tags', 'a', '--tags=b c', '--tags', '--dry'.slice(2)], { tags: ['a', 'b c', 'dry'] }],
    [['--tags=--a'], { tags: ['--a'] }],
    [['--ids', '1', '--ids', '2'], { ids: [1, 2] }],
    [['--mode', 'fast'], { mode: 'fast' }],
    [['--until', '2026-02-01'], { until: '2026-02-01T00:00:00.000Z' }],
    [['--base-url', 'https://example.com/?a=b'], { baseURL: 'https://example.com/?a=b' }],
  ])('%j', async (flags, expected) => {
    expect(await given([...base, ...flags], params)).toEqual({ ...defaults, ...expected });
  });

  test.each<[string, string[]]>([
    [
      '--snice 2026-01-01',
      [
        'Unknown flag --snice; known: --since, --dry-run, --limit, --tags, --ids, --mode, --until, --base-url, --json, --help',
      ],
    ],
    ['--since', ['--since needs a value']],
    ['--since --dry-run', ['--since needs a value']],
    ['--since 2026-01-01 --since 2026-01-02', ['--since is given 2 times']],
    ['2026-01-01', ['Unexpected argument "2026-01-01": give values as --flag value']],
    [
      '-s 1',
      ['Unexpected argument "-s": give values as --flag value', 'Unexpected argument "1": give values as --flag value'],
    ],
    ['--no-since', ['--no-since is not a flag: --since takes a value']],
    ['--no-dry-run=1', ['--no-dry-run takes no value']],
    ['--json=1', ['--json takes no value']],
    [
      '--__proto__ 1',
      [
        'Unexpected argument "--__proto__": give values as --flag value',
        'Unexpected argument "1": give values as --flag value',
      ],
    ],
  ])('%s is a wrong command line', async (line, faults) => {
    const { code, out, err } = await admin([task(params)], `recalculate-totals ${line}`);
    expect([code, out]).toEqual([64, '']);
    expect(err.split('\n')).toEqual([...faults, 'admin recalculate-totals --help lists the flags', '']);
  });

  test('parameters that do not fit are named by their flags, all of them', async () => {
    const line = 'recalculate-totals --since today --limit many --mode slow --base-url nowhere';
    const { code, out, err } = await admin([task(params)], line);
    expect([code, out]).toEqual([64, '']);
    for (const flag of ['since', 'limit', 'mode', 'base-url']) expect(err).toMatch(new RegExp(`^ {2}--${flag}: `, 'm'));
  });
});

describe('flags of a schema that does not tell its structure', () => {
  test('are taken as they come', async () => {
    const line = [
      'recalculate-totals',
      '--since-date',
      '2026-01-01',
      '--dry-run',
      '--no-cache',
      '--tag',
      'a',
      '--tag=b',
      '--n',
      '5',
    ];
    expect(await given(line, opaque)).toEqual({
      sinceDate: '2026-01-01',
      dryRun: true,
      cache: false,
      tag: ['a', 'b'],
      n: '5',
    });
  });

  test('faults inside of a parameter keep their place', async () => {
    const run = () =>
      Promise.reject(
        new ParamsInvalid('recalculate-totals', [
          { field: 'someFilter.status', reason: 'is wrong' },
          { field: 'tags[1]', reason: 'is too' },
          { field: '', reason: 'is not an object' },
        ]),
      );
    const { code, err } = await admin([task(opaque)], 'recalculate-totals', { run });
    expect(code).toBe(64);
    expect(err).toContain('\n  --some-filter.status: is wrong\n  --tags[1]: is too\n  is not an object\n');
  });
});

describe('help', () => {
  test('of a task lists its flags', async () => {
    const { code, out } = await admin([task(full)], 'recalculate-totals --help --snice');
    expect(code).toBe(0);
    expect(out).toBe(`Usage: admin recalculate-totals [flags]

Recalculates all totals

Flags:
  --since <date>       First day to look at (required)
  --[no-]dry-run       (default: false)
  --limit <number>
  --tags <string> ...  (default: [])
  --ids <number> ...
  --mode <fast|safe>
  --until <date>
  --base-url <uri>
  --json               Print the run's record as one line of JSON, everything else on standard error
  --help               Show this
`);
    expect((await admin([task(full)], 'help recalculate-totals')).out).toBe(out);
    expect((await admin([task(full)], 'recalculate-totals -h')).out).toBe(out);
  });

  test('of a zod/mini task does too', async () => {
    const { out } = await admin([task(small)], 'recalculate-totals --help');
    expect(out).toContain(
      '  --since <date>       (required)\n  --[no-]dry-run       (default: false)\n  --limit <number>\n',
    );
    expect(out).toContain('  --mode <fast|safe>\n  --until <date>\n');
  });

  test('of a task that does not tell says so', async () => {
    const { out } = await admin([task(opaque)], 'recalculate-totals --help');
    expect(out).toContain('this task does not say which there are');
  });

  test.each(['', 'list', '--help', '-h', 'help', 'help none'])('%j lists the tasks', async (line) => {
    const { code, out } = await admin([task(full), other], line, { isTTY: true });
    expect(code).toBe(0);
    expect(out).toBe(`Usage: admin <task> [flags]

Tasks:
  recalculate-totals  Recalculates all totals
  other

admin <task> --help lists a task's flags
`);
  });

  test('in a pipe the list is names alone', async () => {
    expect(await admin([task(full), other], 'list')).toEqual({ code: 0, out: 'recalculate-totals\nother\n', err: '' });
  });

  test('of an unknown task is an error that lists the known ones', async () => {
    expect(await admin([task(full), other], 'recalculate --since x')).toEqual({
      code: 64,
      out: '',
      err: 'Unknown task "recalculate"; known: recalculate-totals, other\n',
    });
  });
});

describe('what a run prints', () => {
  const record: Run = {
    id: 'run-1',
    task: 'other',
    status: 'succeeded',
    startedAt: '1970-01-01T00:00:00.000Z',
    endedAt: '1970-01-01T00:00:00.000Z',
    durationMs: 0,
    correlationId: 'c',
  };
  const ends = (changes: Partial<Run>) => ({ run: async () => ({ ...record, ...changes }) });
  const error = { name: 'RangeError', message: 'no room', code: 'E_ROOM' };

  test('on a terminal: a sentence and the result', async () => {
    const options = { ...ends({ result: { changed: 3 }, durationMs: 1_234 }), isTTY: true };
    expect(await admin([other], 'other', options)).toEqual({
      code: 0,
      out: 'other succeeded after 1.2 s (run run-1)\n{\n  "changed": 3\n}\n',
      err: '',
    });
  });

  test('in a pipe: the result alone', async () => {
    expect(await admin([other], 'other', ends({ result: { changed: 3 } }))).toEqual({
      code: 0,
      out: '{"changed":3}\n',
      err: '',
    });
    expect(await admin([other], 'other', ends({ result: 'a text' }))).toEqual({ code: 0, out: 'a text\n', err: '' });
    expect(await admin([other], 'other', ends({}))).toEqual({ code: 0, out: '', err: '' });
  });

  test.each([true, false])('with --json: the record as one line, on a terminal (%s) or not', async (isTTY) => {
    const { code, out, err } = await admin([other], 'other --json', { isTTY });
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`${JSON.stringify(record)}\n`);
  });

  test('passes json to run, so that logs stay off standard output', async () => {
    const seen: unknown[] = [];
    const run: RunOne<OnceTask> = async (_task, params, output) => {
      seen.push(params, output);
      return record;
    };
    await admin([other], 'other --json', { run });
    await admin([other], 'other', { run });
    expect(seen).toEqual([{}, { json: true, dryRun: false }, {}, { json: false, dryRun: false }]);
  });

  test.each<[Run['status'], number]>([
    ['errored', 1],
    ['cancelled', 130],
  ])('a run that %s: exit code %d, and why on standard error', async (status, code) => {
    const sentence = `other ${status} after 0 ms (run run-1): RangeError: no room\n`;
    expect(await admin([other], 'other', ends({ status, error }))).toEqual({ code, out: '', err: sentence });
    expect(await admin([other], 'other --json', ends({ status, error }))).toEqual({
      code,
      out: `${JSON.stringify({ ...record, status, error })}\n`,
      err: sentence,
    });
  });

  test('a result that JSON lacks', async () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    const { code, out, err } = await admin([other], 'other --json', ends({ result: loop }));
    expect([code, out]).toEqual([0, `${JSON.stringify(record)}\n`]);
    expect(err).toBe("Cannot print the result of task 'other': it has no JSON\n");
    const result = { big: 5n, map: new Map([['a', new Set([1])]]) };
    expect((await admin([other], 'other', ends({ result }))).out).toBe('{"big":"5","map":{"a":[1]}}\n');
  });

  test('an interrupted task', async () => {
    const run: RunOne<OnceTask> = (one, params) =>
      runTask(one, params, { makeContext: () => undefined as never, signal: AbortSignal.abort() });
    expect((await admin([other], 'other', { run })).code).toBe(130);
  });
});

test('what is not the command line’s fault is left to the caller', async () => {
  const failure = new Error('Cannot load config');
  await expect(admin([other], 'other', { run: () => Promise.reject(failure) })).rejects.toBe(failure);
});

test('tasks that cannot be told apart, or take a flag of every task, throw', async () => {
  await expect(admin([other, other], 'list')).rejects.toThrow("Cannot offer tasks: two are named 'other'");
  const taken = defineTask({ name: 'taken', params: z.object({ json: z.string() }), run: () => undefined });
  await expect(admin([taken], 'list')).rejects.toThrow("its parameter 'json' is a flag of every task");
});
