import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { RunRecord, RunStore } from '@twelvefold/admin';
import { createDynamoDbRuns } from '@twelvefold/admin/dynamodb-runs';
import type { Aws } from '@twelvefold/aws';
import { createAws, dynamodb } from '@twelvefold/aws';
import { lambda, TwelveFactorApp } from '@twelvefold/cdk';
import type { LaunchedStack, LocalAws, ProvisionedStack } from '@twelvefold/local';
import { launchStack, provision, startLocalAws } from '@twelvefold/local';
import type { IStackSynthesizer } from 'aws-cdk-lib';
import { App, BootstraplessSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import { buildManifest } from 'twelvefold/manifest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denials } from '../policy/granted.ts';
import { until } from '../support/until.ts';
import { app, count } from './fixtures/ticks/app.ts';

const FOLDER = join(import.meta.dirname, 'fixtures/ticks');
const ROWS = 14;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const region = 'eu-west-1';
const GROUP = `ticks-\${Stage}`;
const GROUP_ARN = `arn:aws:scheduler:\${AWS::Region}:\${AWS::AccountId}:schedule-group/${GROUP}`;

/**
 * The template of the app, as a deployment takes it, with sources as entries: Node runs them as
 * they are.
 */
async function renderTemplate(): Promise<unknown> {
  const manifest = buildManifest(app, { 'lambda/count.js': count });
  const outdir = await mkdtemp(join(tmpdir(), 'twelvefold-ticks-'));
  try {
    const cdk = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
    // CDK's declarations need the cast under TypeScript's exactOptionalPropertyTypes.
    const synthesizer = new BootstraplessSynthesizer() as IStackSynthesizer;
    const compute = { count: lambda({ timeout: Duration.seconds(3) }) };
    new TwelveFactorApp(new Stack(cdk, 'Ticks', { synthesizer }), 'App', { manifest, compute });
    const text = JSON.stringify(cdk.synth().getStackByName('Ticks').template);
    return JSON.parse(
      text
        .replaceAll(/"twelvefold:entry":"lambda\/(\w+)\.js"/g, '"twelvefold:entry":"lambda/$1.ts"')
        // The provisioner does not know the type of the group of schedules.
        .replaceAll('{"Ref":"Schedules"}', `{"Fn::Sub":"${GROUP}"}`)
        .replaceAll('{"Fn::GetAtt":["Schedules","Arn"]}', `{"Fn::Sub":"${GROUP_ARN}"}`),
    );
  } finally {
    await rm(outdir, { recursive: true });
  }
}

/** Makes the rules and schedules of a template, with its own properties. */
async function startClockwork(stack: ProvisionedStack, endpoint: string): Promise<string[]> {
  const ofType = (type: string) => stack.resources.filter((resource) => resource.type === type);
  const events = new EventBridgeClient({ endpoint, region, credentials });
  for (const { physicalId, properties } of ofType('AWS::Events::Rule')) {
    const { Targets, ScheduleExpression, EventPattern } = properties as {
      readonly Targets: Array<{ Id: string; Arn: string }>;
      readonly ScheduleExpression?: string;
      readonly EventPattern?: object;
    }; // CloudFormation's model
    const pattern = EventPattern && JSON.stringify(EventPattern);
    await events.send(new PutRuleCommand({ Name: physicalId, ScheduleExpression, EventPattern: pattern }));
    await events.send(
      new PutTargetsCommand({ Rule: physicalId, Targets: Targets.map(({ Id, Arn }) => ({ Id, Arn })) }),
    );
  }
  const scheduler = new SchedulerClient({ endpoint, region, credentials });
  const arns: string[] = [];
  for (const { properties } of ofType('AWS::Scheduler::Schedule')) {
    // The same members in both models.
    const { ScheduleArn = '' } = await scheduler.send(
      new CreateScheduleCommand(properties as unknown as CreateScheduleCommandInput),
    );
    arns.push(ScheduleArn);
  }
  return arns;
}

describe('the supervisor, the schedule and the task of a CDK template, on an endpoint that enforces its roles', () => {
  let local: LocalAws;
  let aws: Aws;
  let stack: ProvisionedStack;
  let launched: LaunchedStack | undefined;
  let store: RunStore;
  let TableName = '';
  let schedules: string[];
  beforeAll(async () => {
    local = await startLocalAws({ enforce: true });
    const at = { endpoint: local.url, region, credentials };
    stack = await provision(await renderTemplate(), { ...at, parameters: { Stage: 'dev', Release: 'abc' } });
    launched = await launchStack(stack, {
      ...at,
      bundleDirectory: FOLDER,
      env: { NODE_OPTIONS: '--conditions=@twelvefold/source' },
    });
    aws = createAws({ env: { AWS_REGION: region }, endpoint: local.url, credentials });
    store = createDynamoDbRuns({ name: 'ticks-dev-task-runs', leaseMs: 1_000, aws });
    TableName = 'ticks-dev-rows';
    for (let index = 0; index < ROWS; index += 1) {
      const Item = { id: `row-${String(index).padStart(3, '0')}`, count: 0 };
      await aws.call(dynamodb, 'PutItem', { TableName, Item }, { access: 'write' });
    }
    schedules = await startClockwork(stack, local.url);
  });
  afterAll(async () => {
    await launched?.stop();
    await local.close();
  });

  const newest = (what: string, isSo: (run: RunRecord) => boolean) =>
    until(
      what,
      async () => (await store.list('count', { limit: 1 }))[0],
      (run) => run !== undefined && isSo(run),
    ) as Promise<RunRecord>; // the condition wants one

  it('has one schedule and looks each minute', () => {
    expect(schedules).toEqual(['arn:aws:scheduler:eu-west-1:123456789012:schedule/ticks-dev/ticks-dev-count']);
    expect(Object.keys(launched?.functions ?? {}).sort()).toEqual(['count', 'supervisor']);
  });

  it('writes a run at the tick, ends a leg at its deadline, and goes on until it has succeeded', async () => {
    expect(await store.list('count')).toEqual([]);
    local.clock.advance(10 * 60_000);
    const first = await newest('the deadline has ended the first leg', ({ status }) => status === 'interrupted');
    expect(first).toMatchObject({
      leg: 1,
      on: 'lambda',
      caller: schedules[0],
      release: 'abc',
      params: { pauseMs: 300 },
    });
    expect(first.matched).toBeGreaterThan(0);
    expect(first.matched).toBeLessThan(ROWS);

    for (let leg = 2; (await store.get(first.id)).status === 'interrupted'; leg += 1) {
      local.clock.advance(60_000);
      const next = await newest('the next leg has ended', (run) => run.leg === leg && run.status !== 'running');
      expect(next).toMatchObject({ id: first.id, leg });
    }
    const ended = await store.get(first.id);
    expect(ended).toMatchObject({ status: 'succeeded', matched: ROWS, failed: 0, host: 'lambda ticks-dev-count' });
    expect(ended.leg).toBeGreaterThanOrEqual(2);

    const history: string[] = [];
    for await (const { event, by, detail } of store.audit(first.id)) history.push(`${event} by ${by}: ${detail ?? ''}`);
    expect(history.join('\n')).toContain('launched by supervisor: on lambda, leg 2, try 1');
    const { Items = [] } = await aws.call(dynamodb, 'Scan', { TableName }, { access: 'read' });
    expect(Items.map((row) => Number(row.count))).toEqual(Array<number>(ROWS).fill(1));
  });

  it('makes one run of a tick that arrives twice', async () => {
    const [run] = await store.list('count');
    const event = { task: 'count', params: { pauseMs: 300 }, on: 'lambda', scheduleArn: schedules[0] };
    const scheduled = stack.resources.find(({ type }) => type === 'AWS::Scheduler::Schedule');
    const target = scheduled?.properties.Target as { readonly Input: string } | undefined; // CloudFormation's model
    expect(JSON.parse(target?.Input ?? '')).toEqual({
      ...event,
      scheduleArn: '<aws.scheduler.schedule-arn>',
      scheduledTime: '<aws.scheduler.scheduled-time>',
    });
    for (const _ of [1, 2]) {
      const answer = await launched?.functions.supervisor?.invoke({ ...event, scheduledTime: '2026-11-30T03:00:00Z' });
      expect(answer?.error).toBeUndefined();
    }
    const runs = await store.list('count');
    expect(runs.map(({ id }) => id)).toHaveLength(2);
    expect(runs.at(-1)?.id).toBe(run?.id);
  });

  it('was denied nothing', () => {
    expect(denials(local.calls())).toEqual([]);
  });
});
