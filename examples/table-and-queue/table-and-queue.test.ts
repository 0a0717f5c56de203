import { testContext } from 'twelvefold/testing';
import { describe, expect, it } from 'vitest';
import { api, app, uploads } from './app.ts';
import { template } from './infra.ts';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const { Resources } = template as { Resources: Record<string, Record<string, unknown>> }; // CloudFormation

interface Role {
  readonly Policies: readonly [{ readonly PolicyDocument: { readonly Statement: readonly Statement[] } }];
}
interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: object;
}

/** `action on logical id`, without the writing of logs. */
function allowed(role: string): string[] {
  const properties = Resources[role]?.Properties as Role | undefined;
  const statements = properties?.Policies[0].PolicyDocument.Statement ?? [];
  return statements
    .flatMap(({ Action, Resource }) => {
      const [[on]] = Object.values(Resource) as [[string]]; // { 'Fn::GetAtt': [logical id, 'Arn'] }
      return [Action].flat().map((action) => `${action} ${on}`);
    })
    .filter((pair) => !pair.startsWith('logs:'))
    .sort();
}

describe('the handlers', () => {
  it('send what is asked for to the queue', async () => {
    const sent: unknown[] = [];
    const queue = { send: async (message: unknown) => void sent.push(message) };
    const ctx = testContext(app, { backing: { uploads: queue as never, rows: {} } });
    const request = new Request('http://localhost/', { method: 'POST', body: JSON.stringify({ id: ID, bytes: 17 }) });
    expect((await api.handler(request, ctx)).status).toBe(202);
    expect(sent).toEqual([{ id: ID, bytes: 17 }]);
  });

  it('store a message as a row that expires', async () => {
    const rows: unknown[] = [];
    const ctx = testContext(app, { backing: { rows: { put: async (row) => void rows.push(row) } } });
    await uploads.handler({ id: ID, bytes: 17 }, ctx);
    expect(rows).toEqual([{ id: ID, bytes: 17, expiresAt: expect.any(Number) }]);
  });
});

describe('the template', () => {
  it('has a role for each side, with the actions that it takes', () => {
    expect(allowed('HttpFunctionRole')).toEqual(['dynamodb:GetItem RowsTable', 'sqs:SendMessage UploadsQueue']);
    expect(allowed('UploadsFunctionRole')).toEqual([
      'dynamodb:PutItem RowsTable',
      'sqs:ChangeMessageVisibility UploadsQueue',
      'sqs:DeleteMessage UploadsQueue',
      'sqs:GetQueueAttributes UploadsQueue',
      'sqs:ReceiveMessage UploadsQueue',
      // What can never succeed goes there at once.
      'sqs:SendMessage UploadsDeadLetterQueue',
    ]);
  });

  it('encrypts, keeps failed messages apart, and can restore rows', () => {
    expect(Resources.RowsTable).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    });
    expect(Resources.UploadsQueue?.Properties).toMatchObject({
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: 5 },
    });
    expect(Resources.UploadsDeadLetterQueue?.Properties).toMatchObject({ SqsManagedSseEnabled: true });
  });
});
