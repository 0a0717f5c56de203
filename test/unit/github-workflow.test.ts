import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { workflowFaults } from '../support/workflow-faults.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLE = join(ROOT, 'examples/service-and-pipeline/.github/workflows');
const TEMPLATE = join(ROOT, 'packages/create-twelvefold/templates/base/.github/workflows');
const read = (name: string) => readFileSync(join(name === 'ci.yml' ? TEMPLATE : EXAMPLE, name), 'utf8');
const FILES = ['deploy.yml', 'deploy-stage.yml', 'ci.yml'];

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly needs?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly permissions: object;
  readonly concurrency?: object;
  readonly jobs: Readonly<Record<string, Job>>;
}
const workflow = (name: string) => parse(read(name)) as Workflow; // its own parser accepts it, below
const jobsOf = (name: string) => Object.entries(workflow(name).jobs);
const scriptOf = ({ steps = [] }: Job) => steps.map(({ run, uses }) => run ?? uses ?? '').join('\n');

describe.each(FILES)('%s', (name) => {
  it('is a workflow, by the parser of GitHub itself', async () => {
    expect(await workflowFaults(name, read(name))).toEqual([]);
    expect(await workflowFaults(name, read(name).replaceAll('runs-on:', 'run-on:'))).toContainEqual(
      expect.stringContaining('run-on'),
    );
  });

  it('takes actions by commit, with their version beside it', () => {
    const uses = [...read(name).matchAll(/uses: (\S+)(.*)/g)].filter(([, action]) => !action?.startsWith('./'));
    expect(uses.length).toBeGreaterThan(3);
    for (const [, action, version] of uses) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(version).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
  });

  it('has no permission that a job does not ask for, no long-lived key and no input in a script', () => {
    expect(workflow(name).permissions).toEqual({});
    for (const [id, job] of jobsOf(name)) {
      expect(Object.entries(job.permissions ?? {}), id).toEqual(
        expect.arrayContaining([
          job.steps && !scriptOf(job).includes('checkout') ? ['id-token', 'write'] : ['contents', 'read'],
        ]),
      );
      for (const step of job.steps ?? []) expect(step.run ?? '', id).not.toContain('${{');
      if (job.steps) expect(job['timeout-minutes'], id).toBeGreaterThan(0);
    }
    expect(read(name)).not.toMatch(/secrets\.|aws-access-key-id/);
  });
});

describe('the workflow', () => {
  it('has the shape of TwelveFactorPipeline: tests, one build, scan, staging, production', () => {
    const jobs = workflow('deploy.yml').jobs;
    expect(Object.entries(jobs).map(([id, { needs }]) => [id, needs])).toEqual([
      ['test', undefined],
      ['build', 'test'],
      ['scan', 'build'],
      ['staging', 'scan'],
      ['production', 'staging'],
    ]);
    expect([jobs.staging?.with?.stage, jobs.production?.with?.stage]).toEqual(['staging', 'production']);
    expect(workflow('deploy.yml').concurrency).toEqual({ group: 'deploy', 'cancel-in-progress': false });
  });

  it('checks config before the change set, and migrates after the approval and before the shift', () => {
    const { prepare, release } = workflow('deploy-stage.yml').jobs;
    const order = (job: Job | undefined, ...parts: string[]) => {
      const text = job ? scriptOf(job) : '';
      const at = parts.map((part) => text.indexOf(part));
      expect(at, parts.join(' < ')).toEqual([...at].sort((a, b) => a - b));
      expect(Math.min(...at)).toBeGreaterThanOrEqual(0);
    };
    order(prepare, 'twelvefold config doctor', 'create-change-set', 'describe-change-set');
    order(release, 'migrate', 'execute-change-set', 'wait "stack-');
    expect([prepare?.environment, release?.environment]).toEqual([undefined, `\${{ inputs.stage }}`]);
    expect(scriptOf(prepare ?? {})).toContain('--on-stack-failure ROLLBACK');
  });
});

describe('the scripts, with a stand-in for the AWS CLI', () => {
  /** Runs the script of a step as GitHub does, and gives the arguments of each call of `aws`. */
  function callsOf(job: string, isStep: (step: Step) => boolean, files: Readonly<Record<string, string>>): string[][] {
    const folder = mkdtempSync(join(tmpdir(), 'workflow-'));
    try {
      const name = job === 'prepare' ? 'deploy-stage.yml' : 'deploy.yml';
      const script = workflow(name).jobs[job]?.steps?.find(isStep)?.run ?? '';
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(join(folder, path, '..'), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      const aws = `#!${process.execPath}\nconst fs = require('node:fs');\nfs.appendFileSync('calls', JSON.stringify(process.argv.slice(2)) + '\\n');\n`;
      writeFileSync(join(folder, 'aws'), aws);
      chmodSync(join(folder, 'aws'), 0o755);
      execFileSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
        cwd: folder,
        env: {
          PATH: [folder, join(process.execPath, '..'), process.env.PATH].join(delimiter),
          GITHUB_SHA: 'abc',
          GITHUB_OUTPUT: join(folder, 'output'),
          GITHUB_STEP_SUMMARY: join(folder, 'summary'),
          TWELVEFOLD_STAGE: 'staging',
          STACK: 'catalog-staging',
          ACCOUNT: '111122223333',
          REGION: 'eu-west-1',
          RELEASES: 'releases',
          IMAGE: 'registry/catalog',
        },
      });
      const lines = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
      return lines.map((line) => JSON.parse(line));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const changeSet = (parameters: readonly string[]) => {
    const template = { Parameters: Object.fromEntries(parameters.map((name) => [name, { Type: 'String' }])) };
    const calls = callsOf('prepare', ({ id }) => id === 'changes', { 'template.json': JSON.stringify(template) });
    return calls.find(([, action]) => action === 'create-change-set') ?? [];
  };
  const option = (call: readonly string[], name: string) => call[call.indexOf(name) + 1] ?? '';

  it('take the template from S3, where it may be larger than in a request', () => {
    const call = changeSet(['Stage']);
    expect(option(call, '--template-url')).toBe('https://releases.s3.eu-west-1.amazonaws.com/templates/abc.json');
    expect(call).not.toContain('--template-body');
  });

  it.each([
    [
      ['Stage', 'ImageUri', 'ImageRepository'],
      ['Stage=staging', 'ImageUri=registry/catalog:abc', 'ImageRepository=catalog'],
    ],
    [
      ['Stage', 'CodeBucket', 'CodePrefix', 'Release'],
      ['Stage=staging', 'Release=abc', 'CodeBucket=releases', 'CodePrefix=functions/abc'],
    ],
  ])('give the template the parameters that it has: %j', (has, given) => {
    const parameters = JSON.parse(option(changeSet(has), '--parameters')) as Record<string, string>[];
    expect(parameters.map(({ ParameterKey, ParameterValue }) => `${ParameterKey}=${ParameterValue}`)).toEqual(given);
  });

  it('upload the template, and the zips of an app of functions', () => {
    const isUpload = ({ run = '' }: Step) => run.includes('s3 cp');
    const template = ['s3', 'cp', 'dist/template.json', 's3://releases/templates/abc.json'];
    expect(callsOf('build', isUpload, { 'dist/template.json': '{}' })).toEqual([template]);
    const files = { 'dist/template.json': '{}', 'dist/functions/lambda/http.zip': '' };
    const zips = ['s3', 'cp', '--recursive', '--exclude', '*', '--include', '*.zip', 'dist/functions'];
    expect(callsOf('build', isUpload, files)).toEqual([template, [...zips, 's3://releases/functions/abc']]);
  });
});
