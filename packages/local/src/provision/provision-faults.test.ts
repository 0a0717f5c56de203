import { describe, expect, it } from 'vitest';
import { startLocalAws } from '../start.ts';
import { ordersTemplate, useEndpoint } from './fixtures/use-endpoint.ts';
import { provision } from './provision.ts';

const { aws, run, runOne } = useEndpoint();

describe('faults', () => {
  it("name the logical id, the type and AWS's error", async () => {
    await expect(runOne('AWS::SQS::Queue', { QueueName: 'a', VisibilityTimeout: 99_999 })).rejects.toThrow(
      /^Cannot provision It \(AWS::SQS::Queue\): InvalidAttributeValue: /,
    );
    await expect(runOne('AWS::SSM::Parameter', { Name: '/a', Type: 'SecureString', Value: 'x' })).rejects.toThrow(
      /^Cannot provision It \(AWS::SSM::Parameter\): CloudFormation cannot create a SecureString/,
    );
    await expect(runOne('AWS::SSM::Parameter', { Name: '/a', Type: 'String' })).rejects.toThrow(/Value is missing/);
    await expect(runOne('AWS::SQS::Queue', { QueueName: { 'Fn::Sub': 7 } })).rejects.toThrow(
      'Cannot provision It (AWS::SQS::Queue): Cannot resolve Fn::Sub in Resources.It.Properties.QueueName: its text must be a string',
    );
  });

  it('refuse a table whose key would have to change', async () => {
    const table = (key: string) => ({
      TableName: 'rows',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ KeyType: 'HASH', AttributeName: key }],
    });
    await runOne('AWS::DynamoDB::Table', table('id'));
    await expect(runOne('AWS::DynamoDB::Table', table('other'))).rejects.toThrow(/exists with another key/);
  });

  it('leave what was made, so that another run goes on from there', async () => {
    const template = ordersTemplate();
    template.Resources.Notifications.Properties.VisibilityTimeout = 'many';
    await expect(run(template)).rejects.toThrow(/Cannot provision Notifications \(AWS::SQS::Queue\)/);
    const { outcomes } = await run();
    expect(outcomes).toMatchObject({ OrdersQueue: 'unchanged', Notifications: 'created', Table: 'created' });
  });

  it.each([
    [{ endpoint: 'localhost:4566' }, /the endpoint "localhost:4566" is not an http\(s\) URL/],
    [{ region: undefined }, /there is no region; give the option `region` or set AWS_REGION/],
    [{ endpoint: 'https://aws.example.com' }, /there are no credentials/],
    [{ endpoint: 'aws' }, /there are no credentials/],
    [{ stage: 'dev' }, /unknown option 'stage'/],
  ])('refuse the options %j before anything is called', async (options, message) => {
    aws().clearCalls();
    const all = { endpoint: aws().url, region: 'eu-west-1', ...options };
    await expect(provision(ordersTemplate(), { ...all, parameters: { Stage: 'dev' } })).rejects.toThrow(message);
    expect(aws().calls()).toEqual([]);
  });

  it('take region and credentials from the environment that is handed in', async () => {
    const env = { AWS_REGION: 'us-west-2', AWS_ACCESS_KEY_ID: '111122223333', AWS_SECRET_ACCESS_KEY: 'x' };
    const { outputs } = await provision(
      {
        Resources: {},
        Outputs: { W: { Value: { 'Fn::Join': ['/', [{ Ref: 'AWS::Region' }, { Ref: 'AWS::AccountId' }]] } } },
      },
      { endpoint: aws().url, env },
    );
    expect(outputs.W).toBe('us-west-2/111122223333');
  });

  it('name an endpoint where nothing listens', async () => {
    const gone = await startLocalAws();
    await gone.close();
    await expect(
      provision(ordersTemplate(), { endpoint: gone.url, region: 'eu-west-1', parameters: { Stage: 'dev' } }),
    ).rejects.toThrow(`Cannot reach the AWS endpoint ${gone.url}:`);
  });

  it('end with the reason of the signal', async () => {
    const stop = new AbortController();
    const running = provision(ordersTemplate(), {
      endpoint: aws().url,
      region: 'eu-west-1',
      parameters: { Stage: 'dev' },
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
  });
});
