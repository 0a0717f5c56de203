import { readFileSync } from 'node:fs';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAws } from './create-aws.ts';
import type { Recorder } from './difference/recorder.fixture.ts';
import { startRecorder } from './difference/recorder.fixture.ts';
import { uncovered } from './lean/covers.ts';
import type { AwsOptions } from './options.ts';
import { dynamodb } from './services/dynamodb.ts';
import { sqs } from './services/sqs.ts';
import { ssm } from './services/ssm.ts';
import type { AwsSettings, Environment } from './settings.ts';

let recorder: Recorder;
beforeEach(async () => {
  recorder = await startRecorder();
});
afterEach(() => recorder[Symbol.asyncDispose]());

const KEYS = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };

/** Which transport calls of Parameter Store and SQS take, told by the user agent that arrives. */
async function taken(env: Environment, options: Partial<AwsOptions> = {}): Promise<string[]> {
  const port = createAws({
    env: { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: recorder.url, ...KEYS, ...env },
    ...options,
  });
  await port.call(ssm, 'GetParameters', { Names: ['a'] }, { access: 'read' });
  await port.call(sqs, 'GetQueueUrl', { QueueName: 'q' }, { access: 'read' });
  port.close();
  return recorder
    .take()
    .map(({ headers }) => ((headers['user-agent'] ?? '').startsWith('twelvefold/') ? 'lean' : 'sdk'));
}

describe('the transport of a call', () => {
  it('is the lean one, the SDK where the environment, the settings or a client say so, and settings win', async () => {
    expect(await taken({})).toEqual(['lean', 'lean']);
    expect(await taken({ TWELVEFOLD_TRANSPORT: 'sdk' })).toEqual(['sdk', 'sdk']);
    expect(await taken({ TWELVEFOLD_TRANSPORT: 'sdk' }, { transport: 'lean' })).toEqual(['lean', 'lean']);
    expect(await taken({}, { transport: { sqs: 'sdk' } })).toEqual(['lean', 'sdk']);
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const sqs = new SQSClient({ region: 'eu-west-1', endpoint: recorder.url, credentials });
    expect(await taken({}, { clients: { sqs } })).toEqual(['lean', 'sdk']);
  });

  it('is the SDK for an operation that the lean one does not have', async () => {
    const port = createAws({ env: { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: recorder.url, ...KEYS } });
    // @ts-expect-error: the port's types do not have it either
    await port.call(ssm, 'DescribeParameters', {}, { access: 'read' });
    expect(recorder.take()[0]?.headers['x-amz-target']).toBe('AmazonSSM.DescribeParameters');
    port.close();
  });

  const covered = { AWS_REGION: 'eu-west-1', ...KEYS };
  it.each<[string, Environment, AwsSettings, string]>([
    ['no region', KEYS, {}, 'AWS_REGION is not set'],
    ['no credentials', { AWS_REGION: 'eu-west-1' }, {}, 'no credentials'],
    ['a profile', { ...covered, AWS_PROFILE: 'dev' }, {}, 'AWS_PROFILE'],
    [
      'a web identity',
      { AWS_REGION: 'eu-west-1', AWS_WEB_IDENTITY_TOKEN_FILE: '/t' },
      {},
      'AWS_WEB_IDENTITY_TOKEN_FILE',
    ],
    ['FIPS', { ...covered, AWS_USE_FIPS_ENDPOINT: 'true' }, {}, 'FIPS'],
    ['dual stack', { ...covered, AWS_USE_DUALSTACK_ENDPOINT: 'TRUE' }, {}, 'DUALSTACK'],
    ['adaptive retries', { ...covered, AWS_RETRY_MODE: 'adaptive' }, {}, 'adaptive'],
    ['an unknown region', { ...covered, AWS_REGION: 'mars-1' }, {}, 'mars-1'],
    ['required account endpoints', { ...covered, AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required' }, {}, 'required'],
  ])('is the SDK with %s', (_name, env, settings, reason) => {
    expect(uncovered(dynamodb, 'GetItem', settings, env)).toContain(reason);
  });

  it.each<[string, Environment, AwsSettings]>([
    ['keys in the environment', covered, {}],
    ['the default region', { AWS_DEFAULT_REGION: 'eu-west-1', ...KEYS }, {}],
    ['a container', { AWS_REGION: 'eu-west-1', AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/x' }, {}],
    [
      'credentials that were given',
      { AWS_PROFILE: 'dev' },
      { region: 'eu-west-1', credentials: async () => Promise.reject() },
    ],
    ['an endpoint in an unknown region', { ...covered, AWS_REGION: 'mars-1', AWS_ENDPOINT_URL: 'http://a' }, {}],
    ['GovCloud', { ...covered, AWS_REGION: 'us-gov-west-1' }, {}],
  ])('is the lean one with %s', (_name, env, settings) => {
    expect(uncovered(sqs, 'SendMessage', settings, env)).toBeUndefined();
  });

  it('ignores the endpoints of the environment when that says so', async () => {
    const env = { ...covered, AWS_ENDPOINT_URL: recorder.url, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    const controller = new AbortController();
    const port = createAws({ env });
    const call = port.call(ssm, 'GetParameters', { Names: [] }, { access: 'read', signal: controller.signal });
    controller.abort(new Error('far enough'));
    await expect(call).rejects.toThrow('far enough');
    expect(recorder.take()).toEqual([]);
    port.close();
  });
});

describe('createAws', () => {
  it('refuses a write that is called a read', async () => {
    const port = createAws({ env: {} });
    const call = port.call(dynamodb, 'PutItem', { TableName: 't', Item: {} }, { access: 'read' });
    await expect(call).rejects.toThrow("it changes something; pass access: 'write'");
  });

  it('names faults of the transport and of numbers', () => {
    const options = {
      env: { TWELVEFOLD_TRANSPORT: 'fast' },
      transport: { s3: 'sdk' },
      maxAttempts: 0,
      maxSockets: 1.5,
    };
    expect(() => createAws(options as never)).toThrow(
      /'maxAttempts' is not.*'maxSockets' is not.*'transport' names an unknown service: 's3'.*TWELVEFOLD_TRANSPORT is neither/,
    );
  });

  it('says who calls: product, version, application, and the trace that Lambda looks at', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const env = {
      AWS_SDK_UA_APP_ID: 'my app',
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793',
    };
    const port = createAws({ env: { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: recorder.url, ...KEYS, ...env } });
    await port.as('api').call(ssm, 'GetParameters', { Names: ['a'] }, { access: 'read' });
    port.close();
    const [request] = recorder.take();
    expect(request?.headers['user-agent']).toBe(
      `twelvefold/${version} ua/2.1 lang/js md/nodejs#${process.versions.node} app/my_app md/component#api`,
    );
    expect(request?.headers['x-amzn-trace-id']).toBe(env._X_AMZN_TRACE_ID);
  });
});
