import { once } from 'node:events';
import { launchStack, provision, startLocalAws } from '@twelvefold/local';
import { template } from './infra.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
await using aws = await startLocalAws();
const at = { endpoint: aws.url, region: 'eu-west-1', credentials };

const stack = await provision(template, { ...at, parameters: { Stage: 'dev' } });
const launched = await launchStack(stack, {
  ...at,
  bundleDirectory: `${import.meta.dirname}/dist`,
  taskPort: 0,
  // A stage would have it in Parameter Store: twelvefold config push.
  env: { SHOP_NAME: 'The corner shop' },
});
await launched.task?.waitUntilReady('/health/ready');
console.log(`curl ${launched.task?.url}/`);
await once(process, 'SIGINT');
await launched.stop();
