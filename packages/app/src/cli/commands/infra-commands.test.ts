import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineApp, queue, table } from '../../index.ts';
import { buildManifest } from '../../manifest/index.ts';
import { runCli } from '../run-cli.fixture.ts';

const Order = z.object({ orderId: z.string(), userId: z.string() });

function manifestWith(uses: { rows: Array<'write' | 'byUser'> }) {
  const app = defineApp({
    name: 'shop',
    backing: {
      orders: queue('orders', { schema: Order, visibility: '30s' }),
      rows: table('rows', { schema: Order, key: 'orderId', indexes: { byUser: { partition: 'userId' } } }),
    },
  });
  return buildManifest(app, { 'lambda/orders.js': app.consumer('orders', { uses }, async () => undefined) });
}

const was = manifestWith({ rows: ['write'] });
const is = manifestWith({ rows: ['write', 'byUser'] });
const modules = { 'app.ts': { manifest: is, same: was } };
const files = { 'main.json': JSON.stringify(was) };
const diff = (...argv: string[]) => runCli(['infra', 'diff', 'app.ts', ...argv], { modules, files: { ...files } });

describe('twelvefold infra diff', () => {
  it('says in the words of the manifest what a change grants, and exits with 2', async () => {
    const { code, stdout, stderr } = await diff('--against', 'main.json');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toBe(
      [
        '### Permissions of shop: 1 granted, 0 taken',
        '',
        '- orders consumer gains `dynamodb:Query` on rows/byUser',
        '',
      ].join('\n'),
    );
  });

  it('says what it takes, as JSON', async () => {
    const back = await runCli(['infra', 'diff', 'app.ts', '--export', 'same', '--against', 'is.json', '--json'], {
      modules,
      files: { 'is.json': JSON.stringify(is) },
    });
    expect(back.code).toBe(2);
    expect(JSON.parse(back.stdout)).toEqual({
      app: 'shop',
      changes: [{ component: 'orders consumer', action: 'dynamodb:Query', on: 'rows/byUser', change: 'loses' }],
    });
  });

  it('exits with 0 where nothing changes', async () => {
    const same = await diff('--export', 'same', '--against', 'main.json');
    expect(same).toMatchObject({ code: 0, stdout: 'The permissions of shop do not change.\n' });
  });

  it.each([
    ['gone.json', 'Cannot read the manifest gone.json: there is no such file'],
    ['text.json', 'Cannot read the manifest text.json: it is not JSON'],
    ['other.json', 'Cannot read the manifest other.json: write it with twelvefold manifest --out other.json'],
  ])('refuses %s', async (file, message) => {
    const given = { 'text.json': 'x', 'other.json': '{}' };
    const { code, stderr } = await runCli(['infra', 'diff', 'app.ts', '--against', file], { modules, files: given });
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});

describe('twelvefold infra policy', () => {
  it('lists the permissions of a component', async () => {
    const { code, stdout } = await runCli(['infra', 'policy', 'app.ts', 'orders'], { modules });
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'sqs:ReceiveMessage on orders',
        'dynamodb:PutItem on rows',
        'dynamodb:Query on rows/byUser',
      ]),
    );
  });

  it('prints the policy in CloudFormation', async () => {
    const { stdout } = await runCli(['infra', 'policy', 'app.ts', 'orders', '--json'], { modules });
    const { Statement } = JSON.parse(stdout);
    const arn = is.resources.find(({ key }) => key === 'rows')?.parts?.byUser;
    expect(Statement).toContainEqual({ Effect: 'Allow', Action: ['dynamodb:Query'], Resource: arn });
  });

  it('names the components of the app where there is no such', async () => {
    const { code, stderr } = await runCli(['infra', 'policy', 'app.ts', 'absent'], { modules });
    expect(code).toBe(1);
    expect(stderr).toContain('Cannot show the policy of absent: the app has no such component; it has orders');
  });
});
