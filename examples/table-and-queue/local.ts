import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { launchStack, provision, startLocalAws } from '@twelvefold/local';
import { outDirectory, template } from './infra.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
await using aws = await startLocalAws();
const at = { endpoint: aws.url, region: 'eu-west-1', credentials };

const stack = await provision(template, { ...at, parameters: { Stage: 'dev' } });
const launched = await launchStack(stack, { ...at, bundleDirectory: outDirectory });
const id = randomUUID();
console.log(`curl ${launched.http?.url}/ -d '{"id":"${id}","bytes":17}'\ncurl ${launched.http?.url}/${id}`);
await once(process, 'SIGINT');
await launched.stop();
