import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RotateSecretCommandInput } from '@aws-sdk/client-secrets-manager';
import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { createClock, startLocalAws } from '@twelvefold/local';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';

import {
  aws,
  client,
  create,
  DAY_MS,
  describeSecret,
  get,
  prepareSecrets,
  put,
  settings,
} from './secretsmanager.fixture.ts';

prepareSecrets();

const HOUR_MS = 3_600_000;

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:rotate';

describe('RotateSecret', () => {
  interface RotationEvent {
    readonly Step: string;
    readonly SecretId: string;
    readonly ClientRequestToken: string;
  }
  let steps: string[];
  let failAt: string | undefined;
  /** A rotation function as the templates of AWS are: through the API alone. */
  async function rotateFunction(event: unknown): Promise<void> {
    const { Step, SecretId, ClientRequestToken } = event as RotationEvent; // the contract of rotation functions
    steps.push(Step);
    const { VersionIdsToStages = {}, RotationEnabled } = await describeSecret(SecretId);
    expect(RotationEnabled).toBe(true);
    expect(VersionIdsToStages[ClientRequestToken]).toContain('AWSPENDING');
    if (Step === failAt) throw new Error(`cannot ${Step}`);
    if (Step === 'createSecret') {
      await expect(get(SecretId, { VersionStage: 'AWSPENDING' })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
      const { SecretString } = await get(SecretId);
      await put(SecretId, `${SecretString}+`, { ClientRequestToken, VersionStages: ['AWSPENDING'] });
    }
    if (Step !== 'finishSecret') return;
    const current = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id]?.includes('AWSCURRENT'));
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: ClientRequestToken,
        RemoveFromVersionId: current,
      }),
    );
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: 'AWSPENDING',
        RemoveFromVersionId: ClientRequestToken,
      }),
    );
  }
  let remove: () => void;
  beforeEach(() => {
    steps = [];
    failAt = undefined;
    remove = aws.functions.register(FUNCTION, rotateFunction);
    return () => remove();
  });
  const rotate = (options: Partial<RotateSecretCommandInput> = {}) =>
    client.send(new RotateSecretCommand({ SecretId: 'a', RotationLambdaARN: FUNCTION, ...options }));
  const rotated = (value: string) =>
    eventually(async () => {
      expect((await get('a')).SecretString).toBe(value);
      expect(steps.at(-1)).toBe('finishSecret');
      expect((await describeSecret('a')).LastRotatedDate).toBeDefined();
    });
  const ALL = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

  it('runs the four steps, and the old value is the previous one', async () => {
    await create('a');
    const ClientRequestToken = randomUUID();
    expect(await rotate({ ClientRequestToken })).toMatchObject({ VersionId: ClientRequestToken });
    await rotated('one+');
    expect(steps).toEqual(ALL);
    expect((await get('a')).VersionId).toBe(ClientRequestToken);
    expect((await get('a', { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('one');
    expect(await rotate({ ClientRequestToken })).toMatchObject({ VersionId: ClientRequestToken });
    expect(steps).toEqual(ALL);
  });

  it('goes on by the days, on the clock, until it is cancelled', async () => {
    await create('a');
    await rotate({ RotationRules: { AutomaticallyAfterDays: 30 } });
    await rotated('one+');
    const { NextRotationDate, RotationRules } = await describeSecret('a');
    expect(RotationRules).toEqual({ AutomaticallyAfterDays: 30 });
    expect(NextRotationDate?.getTime()).toBe(Math.floor(aws.clock.now()) + 30 * DAY_MS);
    aws.clock.advance(30 * DAY_MS - HOUR_MS);
    expect(steps).toEqual(ALL);
    aws.clock.advance(2 * HOUR_MS);
    await rotated('one++');
    await client.send(new CancelRotateSecretCommand({ SecretId: 'a' }));
    expect(await describeSecret('a')).toMatchObject({ RotationEnabled: false, RotationLambdaARN: FUNCTION });
    aws.clock.advance(31 * DAY_MS);
    expect((await get('a')).SecretString).toBe('one++');
    expect(steps).toHaveLength(8);
  });

  it('takes an unfinished rotation up again', async () => {
    await create('a');
    failAt = 'testSecret';
    const { VersionId } = await rotate();
    await eventually(() => expect(steps).toEqual(ALL.slice(0, 3)));
    expect((await get('a')).SecretString).toBe('one');
    expect((await get('a', { VersionStage: 'AWSPENDING' })).VersionId).toBe(VersionId);
    aws.functions.register(FUNCTION, async (event) => {
      const { Step } = event as RotationEvent; // the contract of rotation functions
      if (Step === 'createSecret') steps.push('createSecret again');
      else await rotateFunction(event);
    });
    failAt = undefined;
    await expect(rotate()).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "A previous rotation isn't complete. That rotation will be reattempted.",
    });
    await rotated('one+');
    expect((await get('a')).VersionId).toBe(VersionId);
  });

  it('later only tests, and leaves no version behind', async () => {
    await create('a');
    await rotate({ RotateImmediately: false, RotationRules: { ScheduleExpression: 'rate(10 days)' } });
    await eventually(async () => {
      expect(steps).toEqual(['testSecret']);
      expect(Object.keys((await describeSecret('a')).VersionIdsToStages ?? {})).toHaveLength(1);
    });
    aws.clock.advance(10 * DAY_MS);
    await rotated('one+');
  });

  it.each([
    ['rate(4 hours)', 4 * HOUR_MS],
    ['cron(0 8 * * ? *)', 21.5 * HOUR_MS], // 8:00 tomorrow
    ['cron(0 /8 * * ? *)', 5.5 * HOUR_MS], // 16:00 today
    ['cron(0 16 ? * SAT *)', 5 * DAY_MS + 5.5 * HOUR_MS],
    ['cron(0 1 1,15 * ? *)', 7 * DAY_MS + 14.5 * HOUR_MS], // 1 December
    ['cron(0 0 L * ? *)', 6 * DAY_MS + 13.5 * HOUR_MS], // 30 November
    ['cron(0 0 ? 1 2#1 *)', 41 * DAY_MS + 13.5 * HOUR_MS], // the first Monday of January
  ])('knows when %s falls due', async (ScheduleExpression, afterMs) => {
    await using other = await startLocalAws({ clock: createClock(() => Date.UTC(2026, 10, 23, 10, 30)) });
    other.functions.register(FUNCTION, async () => undefined);
    const there = new SecretsManagerClient({ ...settings(), endpoint: other.url });
    await there.send(new CreateSecretCommand({ Name: 'a', SecretString: 'x' }));
    const rules = { RotationRules: { ScheduleExpression }, RotateImmediately: false };
    await there.send(new RotateSecretCommand({ SecretId: 'a', RotationLambdaARN: FUNCTION, ...rules }));
    const { NextRotationDate } = await there.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect(NextRotationDate?.toISOString()).toBe(new Date(other.clock.now() + afterMs).toISOString());
  });

  it('refuses what AWS refuses', async () => {
    await create('a');
    await expect(client.send(new RotateSecretCommand({ SecretId: 'a' }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'No Lambda rotation function ARN is associated with this secret.',
    });
    await expect(rotate({ RotationLambdaARN: `${FUNCTION}-none` })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    for (const RotationRules of [
      { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(4 hours)' },
      { ScheduleExpression: 'rate(3 hours)' },
      { ScheduleExpression: 'cron(5 8 * * ? *)' },
      { ScheduleExpression: 'cron(0 25 * * ? *)' },
      { ScheduleExpression: 'every day' },
    ]) {
      await expect(rotate({ RotationRules })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    }
    await expect(client.send(new CancelRotateSecretCommand({ SecretId: 'a' }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
    });
    expect(steps).toEqual([]);
  });

  it('goes on after a snapshot, with the values and their keys', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twelvefold-secrets-'));
    const clock = () => createClock(() => Date.UTC(2026, 10, 23, 10, 30));
    const first = await startLocalAws({ snapshot: folder, clock: clock() });
    const there = new SecretsManagerClient({ ...settings(), endpoint: first.url });
    first.functions.register(FUNCTION, async () => undefined);
    await there.send(new CreateSecretCommand({ Name: 'a', SecretString: 'kept' }));
    const rules = { RotationRules: { AutomaticallyAfterDays: 2 }, RotateImmediately: false };
    await there.send(new RotateSecretCommand({ SecretId: 'a', RotationLambdaARN: FUNCTION, ...rules }));
    await first.close();
    await using second = await startLocalAws({ snapshot: folder, clock: clock() });
    const invoked: unknown[] = [];
    second.functions.register(FUNCTION, async (event) => invoked.push(event));
    const back = new SecretsManagerClient({ ...settings(), endpoint: second.url });
    expect((await back.send(new GetSecretValueCommand({ SecretId: 'a' }))).SecretString).toBe('kept');
    second.clock.advance(2 * DAY_MS);
    await eventually(() => expect(invoked).toMatchObject(ALL.map((Step) => ({ Step }))));
    await rm(folder, { recursive: true });
  });

  it('ends with the secret and with a reset', async () => {
    await create('a');
    await rotate({ RotateImmediately: false, RotationRules: { AutomaticallyAfterDays: 1 } });
    await eventually(() => expect(steps).toEqual(['testSecret']));
    await client.send(new DeleteSecretCommand({ SecretId: 'a' }));
    await expect(rotate()).rejects.toMatchObject({ name: 'InvalidRequestException' });
    aws.clock.advance(2 * DAY_MS);
    expect(steps).toEqual(['testSecret']);
  });
});
