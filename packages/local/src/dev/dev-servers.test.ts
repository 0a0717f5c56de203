import { expect, it } from 'vitest';
import type { DevManifest, DevResource } from './dev-manifest.ts';
import { withoutRedis } from './dev-servers.ts';

const resource = (kind: string, driver: string): DevResource => ({
  key: kind,
  kind,
  driver,
  physicalName: `shop-{stage}-${kind}`,
  binding: { env: 'TWELVEFOLD_X_URL', parameter: '/shop/{stage}/bindings/x', from: { Ref: 'X' } },
  arns: [{ Ref: 'X' }],
  cloudFormation: [{ id: 'X', type: 'AWS::X::X', properties: {} }],
});
const manifest = (resources: DevResource[]): DevManifest => ({
  app: 'shop',
  components: [],
  resources,
  config: { parameters: [], secrets: [] },
});

it.each([
  ['cache', 'iovalkey'],
  ['cache', 'node-redis'],
  ['sessions', 'iovalkey'],
  ['sessions', 'node-redis'],
])('takes %s on %s from a server, not from the template', (kind, driver) => {
  const [left] = withoutRedis(manifest([resource(kind, driver)])).resources;
  expect(left).toEqual({
    key: kind,
    kind,
    driver,
    physicalName: `shop-{stage}-${kind}`,
    binding: { env: 'TWELVEFOLD_X_URL', parameter: '/shop/{stage}/bindings/x' },
  });
});

it('leaves the rest of a manifest as it is', () => {
  const all = manifest([resource('sessions', 'dynamodb'), resource('queue', 'sqs')]);
  expect(withoutRedis(all)).toEqual(all);
});
