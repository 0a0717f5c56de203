import { once } from 'node:events';
import { createAws, ssm } from '@twelvefold/aws';
import { launchStack, provision, startLocalAws } from '@twelvefold/local';
import { outDirectory, template } from './infra.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
await using aws = await startLocalAws();
const at = { endpoint: aws.url, region: 'eu-west-1', credentials };

const stack = await provision(template, { ...at, parameters: { Stage: 'dev' } });
// No template can make a SecureString: a person or a pipeline pushes it.
const Value = 'postgres://app:example@db.internal/jobs';
const client = createAws({ env: { AWS_REGION: at.region }, ...at });
await client.call(ssm, 'PutParameter', { Name: '/jobs/dev/db/url', Type: 'SecureString', Value }, { access: 'write' });

const launched = await launchStack(stack, { ...at, bundleDirectory: outDirectory });
console.log(`curl ${launched.http?.url}/ -d '{"id":"job-1"}'`);
await once(process, 'SIGINT');
await launched.stop();
