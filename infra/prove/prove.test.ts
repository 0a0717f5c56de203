import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const scripts = readdirSync(import.meta.dirname)
  .filter((name) => /^\w+\.ts$/.test(name) && name !== 'prove.ts')
  .map((name) => name.replace('.ts', ''));

/** Stands in for the AWS CLI: notes each command, and answers by its first two words. */
const folder = mkdtempSync(join(tmpdir(), 'fake-aws-'));
afterAll(() => rmSync(folder, { recursive: true }));
const log = join(folder, 'log');
const cli = join(folder, 'aws');
writeFileSync(
  cli,
  `#!${process.execPath}
const args = process.argv.slice(2);
require('node:fs').appendFileSync(process.env.FAKE_LOG, args.slice(0, 2).join(' ') + '\\n');
const answer = JSON.parse(process.env.FAKE_ANSWERS)[args.slice(0, 2).join(' ')];
if (answer !== undefined) console.log(JSON.stringify(answer));
`,
);
chmodSync(cli, 0o755);

function proof(name: string, args: readonly string[], answers: object = {}) {
  writeFileSync(log, '');
  const env = {
    ...process.env,
    PATH: `${folder}${delimiter}${process.env.PATH}`,
    FAKE_LOG: log,
    FAKE_ANSWERS: JSON.stringify(answers),
  };
  const file = join(import.meta.dirname, `${name}.ts`);
  const child = spawn(process.execPath, ['--conditions=@twelvefold/source', file, ...args], { env });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise<{ code: number | null; out: string; err: string; commands: string[] }>((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err, commands: readFileSync(log, 'utf8').split('\n').slice(0, -1) });
    });
  });
}

/** Answers for the alarms: with them the proof holds. */
const ANSWERS = {
  'cloudformation describe-stacks': { Stacks: [{ Outputs: [] }] },
  'cloudformation describe-stack-resources': {
    StackResources: [
      { ResourceType: 'AWS::CloudWatch::Alarm', PhysicalResourceId: 'orders-age' },
      { ResourceType: 'AWS::SNS::Topic', PhysicalResourceId: 'arn:aws:sns:eu-west-1:111122223333:alarms' },
    ],
  },
  'sqs create-queue': { QueueUrl: 'https://sqs/inbox' },
  'sqs get-queue-attributes': { Attributes: { QueueArn: 'arn:aws:sqs:eu-west-1:111122223333:inbox' } },
  'sqs receive-message': { Messages: [{ Body: 'ALARM: orders-age' }] },
};
const END = ['sqs delete-queue', 'cloudformation delete-stack', 'cloudformation wait'];

describe('a proof', () => {
  it.each(scripts)('called %s has help, which needs no account', async (name) => {
    const { code, out, commands } = await proof(name, ['--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: node infra/prove/${name}\\.ts --stage STAGE --bucket BUCKET`));
    expect(commands).toEqual([]);
    expect(readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')).toContain(`\`${name}.ts\``);
  });

  it('refuses to begin without a stage and a bucket', async () => {
    const { code, err, commands } = await proof('alarms', ['--stage', 'Prod', '--bucket', 'code']);
    expect([code, commands]).toEqual([64, []]);
    expect(err).toContain('Give --stage and --bucket');
    expect((await proof('alarms', ['--stge', 'x'])).code).toBe(64);
  });

  const given = ['--stage', 'proof1', '--bucket', 'code'];

  it('deploys, drives, and deletes what it has made, the last first', async () => {
    const { code, out, commands } = await proof('alarms', given, ANSWERS);
    expect(code).toBe(0);
    expect(out).toContain('It holds: an alarm reaches a subscriber of its encrypted topic');
    expect(commands.slice(0, 3)).toEqual([
      'cloudformation deploy',
      'cloudformation describe-stacks',
      'cloudformation describe-stack-resources',
    ]);
    expect(commands.slice(-3)).toEqual(END);
  });

  it('deletes also what a proof leaves that does not hold', async () => {
    const answers = { ...ANSWERS, 'sqs receive-message': { Messages: [{ Body: 'something else' }] } };
    const { code, err, commands } = await proof('alarms', given, answers);
    expect(code).toBe(1);
    expect(err).toContain('It does not hold: the message names the alarm');
    expect(commands.slice(-3)).toEqual(END);
  });

  it('keeps it where that is asked for', async () => {
    const { code, commands } = await proof('alarms', [...given, '--keep'], ANSWERS);
    expect([code, commands.some((command) => command.includes('delete'))]).toEqual([0, false]);
  });
});
