import { readFile } from 'node:fs/promises';
import { provision, startLocalAws } from '@twelvefold/local';

/*
 * The orders example's template on the embedded endpoint, which enforces its permissions if told
 * `on`. Talks to rows/enforcement.ts.
 */
const region = 'eu-central-1';
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
const template: unknown = JSON.parse(
  await readFile(new URL('../../infra/templates/orders.template.json', import.meta.url), 'utf8'),
);
const local = await startLocalAws({ enforce: process.argv[2] === 'on' });
const stack = await provision(template, {
  endpoint: local.url,
  region,
  credentials,
  stackName: 'orders-bench',
  parameters: { Stage: 'bench' },
});
const ids = Object.fromEntries(stack.resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
process.on('message', () => {
  local.clearCalls();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url: local.url, ids });
