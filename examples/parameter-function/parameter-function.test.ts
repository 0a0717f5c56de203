import { testContext } from 'twelvefold/testing';
import { describe, expect, it } from 'vitest';
import { api, app } from './app.ts';
import { template } from './infra.ts';

const URL_OF_DB = 'postgres://app:s3cret@db.internal/jobs';
const ctx = testContext(app, { config: { db: { url: URL_OF_DB } } });
const ask = (body: string) => api.handler(new Request('http://localhost/', { method: 'POST', body }), ctx);

describe('the handler', () => {
  it('answers with the job, and never with the connection string', async () => {
    const answer = await ask('{"id":"job-1"}');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('{"id":"job-1","status":"processed"}');
  });

  it.each([
    ['{"id":7}', [{ field: 'id', reason: 'Invalid input: expected string, received number' }]],
    ['{"id":"job-1","db":1}', [{ field: '', reason: 'Unrecognized key: "db"' }]],
    ['{', [{ field: '', reason: 'Invalid input: expected object, received undefined' }]],
  ])('refuses %s and names the fields', async (body, errors) => {
    const answer = await ask(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ title: 'Not a job', errors });
  });
});

it('lets its role read that parameter, decrypt it for that purpose and write its log', () => {
  const { Resources } = template as {
    Resources: { HttpFunctionRole: { Properties: { Policies: readonly unknown[] } } };
  }; // CloudFormation
  const [policy] = Resources.HttpFunctionRole.Properties.Policies;
  const arn = (text: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:${text}` });
  const parameter = arn(`ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/jobs/\${Stage}/db/url`);
  expect(policy).toHaveProperty('PolicyDocument.Statement', [
    { Sid: 'ReadConfig', Effect: 'Allow', Action: 'ssm:GetParameters', Resource: [parameter] },
    {
      Sid: 'DecryptConfig',
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: arn(`kms:\${AWS::Region}:\${AWS::AccountId}:key/*`),
      Condition: {
        StringEquals: {
          'kms:EncryptionContext:PARAMETER_ARN': [parameter],
          'kms:ViaService': { 'Fn::Sub': `ssm.\${AWS::Region}.amazonaws.com` },
        },
      },
    },
    expect.objectContaining({ Sid: 'WriteLogs', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] }),
  ]);
});
