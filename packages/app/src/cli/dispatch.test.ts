import { ConfigError } from '@twelvefold/config';
import { UsageError } from '@twelvefold/core/internal';
import { describe, expect, it } from 'vitest';
import type { Command } from './command.ts';
import { COMMAND_SUMMARIES } from './command-summaries.ts';
import { commands as allCommands } from './commands.ts';
import { runCli } from './run-cli.fixture.ts';

/** Says what it was given. */
const echo: Command = {
  name: 'echo',
  summary: 'Say what was given',
  details: 'Nothing else.',
  arguments: [{ name: 'what', description: 'Something' }],
  options: {
    stage: { value: 'STAGE', description: 'The stage', env: 'STAGE', required: true, pattern: /^[a-z]+$/ },
    size: { value: 'SIZE', description: 'The size', default: 'small' },
    note: { value: 'TEXT', description: 'A note' },
    loud: { description: 'Loudly' },
  },
  run: async (input, io) => {
    const { text, optional, flag } = input;
    const given = [text('what'), text('stage'), text('size'), optional('note') ?? 'none', flag('loud')];
    io.stdout.write(`${given.join(' ')}\n`);
    return flag('loud') ? 3 : 0;
  },
};

const failing = (name: string, error: unknown): Command => ({
  name,
  summary: `Fail as ${name}`,
  arguments: [],
  options: {},
  run: () => Promise.reject(error),
});

const commands = [
  echo,
  failing('db push', new Error('Cannot push: no')),
  failing('db pull', new UsageError('pull what\nand where')),
  failing('load', new ConfigError({ app: 'orders', stage: 'dev' }, [])),
  failing('import', new Error('Cannot import app.ts: no', { cause: new ConfigError({ app: 'a', stage: 'b' }, []) })),
  failing('string', 'thrown text'),
];
const run = (argv: string[], env = {}) => runCli(argv, { commands, env });

it('lists the commands as they describe themselves', () => {
  expect(COMMAND_SUMMARIES).toEqual(allCommands.map(({ name, summary }) => ({ name, summary })));
});

describe('a command line', () => {
  it('runs the command it names with what was given, and exits as it says', async () => {
    expect(await run(['echo', 'hello', '--stage', 'dev'])).toMatchObject({
      code: 0,
      stdout: 'hello dev small none false\n',
      stderr: '',
    });
    const given = await run(['echo', '--loud', '--note=-5 of --them', '--size=big', '--stage=dev', 'a b']);
    expect(given).toMatchObject({ code: 3, stdout: 'a b dev big -5 of --them true\n' });
    expect((await run(['echo', '--stage', 'dev', '--', '--help'])).stdout).toBe('--help dev small none false\n');
  });

  it('reads an option from the environment where the command says so, and the command line wins', async () => {
    expect((await run(['echo', 'x'], { STAGE: 'prod' })).stdout).toContain('x prod');
    expect((await run(['echo', 'x', '--stage', 'dev'], { STAGE: 'prod' })).stdout).toContain('x dev');
    expect(await run(['echo', 'x'], { STAGE: '' })).toMatchObject({ code: 64 });
  });

  it.each([
    [[], /^Usage: twelvefold <command>/],
    [['ecco'], /^twelvefold: unknown command "ecco"; known: echo, db push, db pull, load, import, string\n$/],
    [['db'], /unknown command "db"; known: db push, db pull\n$/],
    [['db', 'drop'], /unknown command "db drop"; known: db push, db pull\n$/],
    [['--verbose'], /unknown option --verbose; known: --help, --version/],
    [
      ['echo', 'x', '--stage', 'dev', '--stag', 'dev'],
      /^twelvefold: unknown option --stag; known: --stage, --size, --note, --loud, --help\n$/,
    ],
    [['echo', 'x', '--stage', 'dev', '-l'], /unknown option -l; known: --stage/],
    [['echo', 'x', '--stage', 'dev', '--constructor'], /unknown option --constructor/],
    [['echo', 'x'], /^twelvefold: --stage is missing: give --stage STAGE or set STAGE\n$/],
    [['echo', 'x', '--stage'], /^twelvefold: --stage needs a value: --stage STAGE\n$/],
    [['echo', 'x', '--stage', '--loud'], /--stage needs a value/],
    [['echo', 'x', '--stage='], /--stage needs a value/],
    [['echo', 'x', '--stage', 'dev', '--stage', 'dev'], /--stage is given twice/],
    [['echo', 'x', '--stage', 'Dev!'], /^twelvefold: --stage "Dev!" must be like /],
    [['echo', 'x', '--stage', 'dev', '--loud=yes'], /--loud takes no value/],
    [['echo', '--stage', 'dev'], /^twelvefold: <what> is missing\n$/],
    [['echo', 'x', 'y', '--stage', 'dev'], /^twelvefold: unexpected argument "y"\n$/],
  ])('refuses %j with 64 and nothing on standard output', async (argv, message) => {
    const { code, stdout, stderr } = await run(argv);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('names everything that is wrong at once', async () => {
    const { stderr } = await run(['echo', '--size', '--stage', 'Dev', '--wrong']);
    expect(stderr.split('\n').filter(Boolean)).toEqual([
      expect.stringContaining('--size needs a value'),
      expect.stringContaining('unknown option --wrong'),
      expect.stringContaining('<what> is missing'),
      expect.stringContaining('--stage "Dev" must be'),
    ]);
  });

  it.each([
    [['db', 'push'], 1, 'twelvefold: Cannot push: no\n'],
    [['db', 'pull'], 64, 'twelvefold: pull what\ntwelvefold: and where\n'],
    [['load'], 78, expect.stringContaining('Cannot load config of orders (stage dev)')],
    [['import'], 78, 'twelvefold: Cannot import app.ts: no\n'],
    [['string'], 1, 'twelvefold: thrown text\n'],
  ])('tells failures apart: %j exits with %i', async (argv, code, stderr) => {
    expect(await run(argv)).toMatchObject({ code, stdout: '', stderr });
  });
});

describe('help', () => {
  it.each([[['--help']], [['-h']]])('lists every command on %j', async (argv) => {
    const { code, stdout, stderr } = await run(argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
  });

  it('lists a group of commands', async () => {
    const { code, stdout } = await run(['db', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/db push .*\n.*db pull/);
    expect(stdout).not.toContain('echo');
  });

  it('lists what one command takes, whatever else is wrong with the line', async () => {
    const { code, stdout } = await run(['echo', '--help', '--nonsense']);
    expect(code).toBe(0);
    expect(stdout).toBe(`Usage: twelvefold echo <what> [options]

Say what was given. Nothing else.

Arguments:
  what  Something

Options:
  --stage STAGE  The stage (default: the environment's STAGE)
  --size SIZE    The size (default: small)
  --note TEXT    A note
  --loud         Loudly
  --help         Show this
`);
  });

  it('prints the version', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: '9.9.9\n', stderr: '' });
  });
});
