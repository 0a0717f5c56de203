import { createAws, dynamodb } from '@twelvefold/aws';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionStage } from '../../examples/orders/local/provision-stage.ts';
import { runEntry } from '../support/run-entry.ts';

const ACCESS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const TABLE = 'orders-dev-orders';
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
  await provisionStage({ env: ACCESS, endpoint: aws.url, stage: 'dev' });
});
afterAll(() => aws.close());

async function admin(args: readonly string[], env: Record<string, string | undefined> = {}) {
  const deployed = { ...ACCESS, AWS_ENDPOINT_URL: aws.url, TWELVEFOLD_STAGE: 'dev' };
  const entry = runEntry('examples/orders/dist/admin.js', args, { ...deployed, ...env });
  const { code } = await entry.exited;
  return { code, stdout: entry.stdout(), stderr: entry.stderr() };
}

const orderId = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

async function put(n: number, placedAt: string, totalCents: number): Promise<void> {
  const order = { orderId: orderId(n), userId: 'ada', sku: 'keyboard', quantity: 1, unitPriceCents: 1_000, placedAt };
  const rest = { status: 'notified', totalCents, paymentReference: 'x', correlationId: 'x', placements: 1 };
  const port = createAws({ env: ACCESS, endpoint: aws.url });
  await port.call(dynamodb, 'PutItem', { TableName: TABLE, Item: { ...order, ...rest } }, { access: 'write' });
}

async function totals(): Promise<Record<string, unknown>> {
  const port = createAws({ env: ACCESS, endpoint: aws.url });
  const { Items = [] } = await port.call(dynamodb, 'Scan', { TableName: TABLE }, { access: 'read' });
  return Object.fromEntries(Items.map((row) => [row.orderId, row.totalCents]));
}

describe('the admin entry', () => {
  it('recalculates totals since a date, changing nothing in a dry run', async () => {
    await put(1, '2025-12-31T23:59:59.000Z', 1);
    await put(2, '2026-01-01T00:00:00.000Z', 1_190);
    await put(3, '2026-02-01T00:00:00.000Z', 7);
    const args = ['recalculate-totals', '--since', '2026-01-01', '--json'];
    const dry = await admin([...args, '--dry-run']);
    expect(dry.code).toBe(0);
    const run = { task: 'recalculate-totals', status: 'succeeded' };
    expect(JSON.parse(dry.stdout)).toMatchObject({
      ...run,
      matched: 3,
      settings: { dryRun: true },
      writes: { 'table.update': 1 },
    });
    expect(await totals()).toEqual({ [orderId(1)]: 1, [orderId(2)]: 1_190, [orderId(3)]: 7 });

    const real = await admin(args);
    expect(JSON.parse(real.stdout)).toMatchObject({ ...run, matched: 3, failed: 0, leg: 1, on: 'here' });
    expect(await totals()).toEqual({ [orderId(1)]: 1, [orderId(2)]: 1_190, [orderId(3)]: 1_190 });
  });

  it('explains itself', async () => {
    expect(await admin([])).toMatchObject({ code: 0, stdout: expect.stringContaining('recalculate-totals') });
    const help = await admin(['recalculate-totals', '--help']);
    expect(help.code).toBe(0);
    for (const flag of ['--since <value>', '--dry-run', '--on']) expect(help.stdout).toContain(flag);
  });

  it('refuses what it does not know, with exit code 64', async () => {
    const refused = (naming: string) => ({ code: 64, stdout: '', stderr: expect.stringContaining(naming) });
    expect(await admin(['recalculate'])).toMatchObject(refused('recalculate-totals'));
    expect(await admin(['recalculate-totals', '--sincee', 'x'])).toMatchObject(refused('--since'));
    expect(await admin(['recalculate-totals', '--since', 'yesterday'])).toMatchObject(refused('since'));
  });

  it('says how to give a region and credentials that are not there', async () => {
    const args = ['recalculate-totals', '--since', '2026-01-01'];
    // Nothing of the machine's own: its profiles, and the credentials of the host that it may be.
    const alone = { AWS_CONFIG_FILE: '/none', AWS_SHARED_CREDENTIALS_FILE: '/none', AWS_EC2_METADATA_DISABLED: 'true' };
    for (const AWS_REGION of [undefined, '']) {
      const region = await admin(args, { ...alone, AWS_REGION });
      expect(region).toMatchObject({ code: 78, stderr: expect.stringContaining('set AWS_REGION') });
    }
    const credentials = await admin(args, { ...alone, AWS_ACCESS_KEY_ID: undefined });
    expect(credentials).toMatchObject({ code: 78, stderr: expect.stringContaining('set AWS_ACCESS_KEY_ID') });
  });

  it('tells wrong parameters without asking any endpoint', async () => {
    const wrong = await admin(['recalculate-totals', '--since', 'yesterday'], {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    });
    expect(wrong).toMatchObject({ code: 64, stderr: expect.stringContaining('since') });
  });

  it('exits 78 on missing config and 69 on an endpoint that is down', async () => {
    const args = ['recalculate-totals', '--since', '2026-01-01'];
    const unbound = await admin(args, { TWELVEFOLD_STAGE: 'nowhere' });
    expect(unbound).toMatchObject({ code: 78, stderr: expect.stringContaining('TWELVEFOLD_RUNS_NAME') });
    const bound = { TWELVEFOLD_RUNS_NAME: 'orders-dev-task-runs', TWELVEFOLD_TABLE_NAME: TABLE };
    const missing = await admin(args, { TWELVEFOLD_STAGE: 'nowhere', ...bound });
    expect(missing).toMatchObject({ code: 78, stderr: expect.stringContaining('pricing.taxRate') });
    // The task did not run, so nothing says that it failed: neither a log line nor a metric.
    expect(missing.stderr).not.toMatch(/task ?failed/i);
    const down = await admin(args, { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
    expect(down).toMatchObject({ code: 69, stderr: expect.stringContaining('http://127.0.0.1:9 is unreachable') });
  });
});
