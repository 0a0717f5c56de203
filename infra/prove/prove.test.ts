import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const scripts = readdirSync(import.meta.dirname)
  .filter((name) => /^\w+\.ts$/.test(name) && name !== 'prove.ts')
  .map((name) => name.replace('.ts', ''));

/**
 * Stands in for the AWS CLI: notes each command, and answers by the longest key that begins it.
 * A list has one answer per call, of which the last stays; `null` is an error.
 */
const folder = mkdtempSync(join(tmpdir(), 'fake-aws-'));
afterAll(() => rmSync(folder, { recursive: true }));
const log = join(folder, 'log');
const cli = join(folder, 'aws');
writeFileSync(
  cli,
  `#!${process.execPath}
const fs = require('node:fs');
const line = process.argv.slice(2).join(' ');
const answers = JSON.parse(process.env.FAKE_ANSWERS);
const [key] = Object.keys(answers).filter((one) => line.startsWith(one)).sort((a, b) => b.length - a.length);
const before = fs.readFileSync(process.env.FAKE_LOG, 'utf8').split('\\n').filter((one) => one.startsWith(key));
fs.appendFileSync(process.env.FAKE_LOG, line + '\\n');
const found = answers[key];
const answer = Array.isArray(found) ? found[Math.min(before.length, found.length - 1)] : found;
if (answer === null) process.exit(254);
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
  interface Ended {
    readonly code: number | null;
    readonly out: string;
    readonly err: string;
    /** The first two words of each line. */
    readonly commands: readonly string[];
    readonly lines: readonly string[];
  }
  return new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
      resolve({ code, out, err, lines, commands: lines.map((line) => line.split(' ').slice(0, 2).join(' ')) });
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

  it('of schedules waits for a run of several legs, from a template with the zips that it uploaded', async () => {
    const item = (status: string, leg: number, matched: number) => ({
      Items: [
        {
          ...{ id: { S: 'run/1' }, task: { S: 'slow' }, status: { S: status } },
          caller: { S: 'arn:aws:scheduler:eu-west-1:111122223333:schedule/proof-proof1/slow' },
          ...{ leg: { N: String(leg) }, matched: { N: String(matched) } },
        },
      ],
    });
    const answers = {
      'cloudformation describe-stacks': { Stacks: [{ Outputs: [] }] },
      'dynamodb scan': [item('running', 1, 0), item('succeeded', 3, 24)],
    };
    const { code, err, out, lines } = await proof('schedules', given, answers);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('It holds: a schedule starts one run per tick');
    const [upload = '', deploy = ''] = lines;
    expect(upload).toContain('s3 cp --recursive --only-show-errors --exclude * --include *.zip');
    expect(upload).toContain('s3://code/proof1/functions');
    expect(deploy).toContain('CodeBucket=code CodePrefix=proof1/functions Release=proof');
    expect(lines.at(-1)).toContain('s3 rm --recursive --only-show-errors s3://code/proof1/functions');
  });

  it('of the pipeline commits, approves, breaks, and deletes what outlives its stack', async () => {
    const stacks = (StackStatus: string) => ({ Stacks: [{ StackStatus, Outputs: [] }] });
    const execution = { status: 'InProgress', token: 'token-1' };
    const answers = {
      'codecommit put-file': { commitId: 'abc' },
      'cloudformation describe-stacks': stacks('CREATE_COMPLETE'),
      'cloudformation describe-stacks --stack-name proof-proof1b': [null, stacks('CREATE_COMPLETE')],
      'cloudformation describe-stack-resources': {
        StackResources: [
          { ResourceType: 'AWS::S3::Bucket', PhysicalResourceId: 'artifacts' },
          { ResourceType: 'AWS::KMS::Key', PhysicalResourceId: 'key-1' },
        ],
      },
      'codepipeline get-pipeline-state': {
        stageStates: [{ actionStates: [{ actionName: 'Approve', latestExecution: execution }] }],
      },
      'codepipeline list-pipeline-executions': { pipelineExecutionSummaries: [{ executionType: 'ROLLBACK' }] },
    };
    const { code, err, lines } = await proof('pipeline', given, answers);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(lines.filter((line) => line.startsWith('codecommit put-file'))).toHaveLength(4);
    expect(lines.find((line) => line.startsWith('codepipeline put-approval'))).toContain(
      '--stage-name Proof1b --action-name Approve --result summary=proof,status=Approved --token token-1',
    );
    const end = lines.slice(lines.findIndex((line) => line.startsWith('cloudformation delete-stack')));
    expect(end.map((line) => line.replace(/ --output json$/, ''))).toEqual([
      ...['b', 'a'].flatMap((stage) => [
        `cloudformation delete-stack --stack-name proof-proof1${stage}`,
        `cloudformation wait stack-delete-complete --stack-name proof-proof1${stage}`,
      ]),
      'cloudformation delete-stack --stack-name proof-pipeline-proof1',
      'cloudformation wait stack-delete-complete --stack-name proof-pipeline-proof1',
      's3 rm --recursive --only-show-errors s3://artifacts',
      's3api delete-bucket --bucket artifacts',
      'kms schedule-key-deletion --key-id key-1 --pending-window-in-days 7',
      'codecommit delete-repository --repository-name proof-proof1',
    ]);
  });
});
