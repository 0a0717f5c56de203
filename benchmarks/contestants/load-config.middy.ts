import middy from '@middy/core';
import secretsManager from '@middy/secrets-manager';
import ssm from '@middy/ssm';
import { finish } from '../support/contest.ts';
import { LAMBDA_CONTEXT } from '../support/sqs-event.ts';

/* 25 parameters and 5 secrets, once. */
const named = (prefix: string, path: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, `${path}${prefix}${index}`]));
const handler = middy()
  .use(ssm({ fetchData: named('p', '/bench/test/plain/', 25), setToContext: true }))
  .use(secretsManager({ fetchData: named('s', 'bench/test/keys/', 5), setToContext: true }))
  .handler(async () => {});
await handler({}, LAMBDA_CONTEXT as never); // the part of the context that there is
finish({ operations: 1, cpuUs: 0, wallUs: 0 });
