import { provision, startLocalAws } from '@twelvefold/local';

/*
 * The embedded endpoint in a separate process, so that the CPU of a client's process is only the
 * client's. Talks to support/endpoint.ts.
 */
const region = 'eu-central-1';
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
const local = await startLocalAws();
process.on('message', async (message: { resources?: Record<string, unknown> }) => {
  if (message.resources !== undefined) {
    const stack = await provision({ Resources: message.resources }, { endpoint: local.url, region, credentials });
    local.clearCalls();
    const ids = Object.fromEntries(stack.resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
    process.send?.({ url: local.url, ids });
    return;
  }
  const operations = local.calls().map(({ operation }) => operation);
  local.clearCalls();
  process.send?.({ operations });
});
process.on('disconnect', () => process.exit(0));
