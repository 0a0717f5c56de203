import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { lambda } from '../compute/placement.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import { nightlyManifest } from '../testing/nightly-manifest.fixture.ts';
import { newStack, ofType, resourceOf, shopProps, sub, synthesize } from '../testing/synthesize.fixture.ts';
import { TwelveFactorApp } from '../twelve-factor-app.ts';

const arn = { 'Fn::GetAtt': ['DataKey', 'Arn'] };
const shop = synthesize({ ...shopProps, dataKey: 'new' });

function keyStatementsOf(template: typeof shop, role: string) {
  const { Policies } = resourceOf(template, role).Properties;
  const [policy] = Policies as ReadonlyArray<{ PolicyDocument: PolicyDocument }>; // IAM's shape
  const own = policy?.PolicyDocument.Statement.filter(({ Sid }) => Sid.startsWith('UseKey')) ?? [];
  expect(own.every(({ Resource }) => JSON.stringify(Resource) === JSON.stringify(arn))).toBe(true);
  return Object.fromEntries(own.map(({ Sid, Action }) => [Sid, Action]));
}

describe('a customer key', () => {
  it('encrypts everything that keeps data', () => {
    const properties = (id: string) => resourceOf(shop, id).Properties;
    for (const table of ofType(shop, 'AWS::DynamoDB::Table')) {
      expect(properties(table).SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arn });
    }
    for (const id of [...ofType(shop, 'AWS::SQS::Queue'), ...ofType(shop, 'AWS::SNS::Topic')]) {
      expect(properties(id)).toMatchObject({ KmsMasterKeyId: arn });
      // SQS refuses both.
      expect(properties(id)).not.toHaveProperty('SqsManagedSseEnabled');
    }
    for (const id of [...ofType(shop, 'AWS::SecretsManager::Secret'), ...ofType(shop, 'AWS::Logs::LogGroup')]) {
      expect(properties(id).KmsKeyId, id).toEqual(arn);
    }
  });

  it('admits the services that use it without a caller, for this account only', () => {
    const { KeyPolicy, EnableKeyRotation } = resourceOf(shop, 'DataKey').Properties;
    expect(EnableKeyRotation).toBe(true);
    const { Statement } = KeyPolicy as PolicyDocument; // KMS's shape
    const deliver = Statement.find(({ Sid }) => Sid === 'Deliver');
    expect(deliver).toMatchObject({
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Principal: { Service: ['sns.amazonaws.com', 'events.amazonaws.com', 'cloudwatch.amazonaws.com'] },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
    const logs = Statement.find(({ Sid }) => Sid === 'WriteLogs');
    // The stage, and behind it the component.
    const group = (host: string) =>
      sub(`arn:{AWS::Partition}:logs:{AWS::Region}:{AWS::AccountId}:log-group:/aws/${host}/shop-{Stage}*`);
    expect(logs?.Condition).toEqual({
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': [group('lambda'), group('ecs')] },
    });
    expect(JSON.stringify(Statement)).not.toMatch(/kms:(ReEncrypt|GenerateDataKey|Describe)\*/);
  });

  it('is used by each role through the services that its component uses, and no other way', () => {
    const queues = ['kms:Decrypt', 'kms:GenerateDataKey'];
    const table = ['kms:Decrypt', 'kms:DescribeKey'];
    expect(keyStatementsOf(shop, 'HttpFunctionRole')).toEqual({
      UseKeyBySqs: queues,
      UseKeyByDynamodb: table,
      UseKeyBySecretsmanager: ['kms:Decrypt'],
    });
    expect(keyStatementsOf(shop, 'CloseCartsFunctionRole')).toEqual({ UseKeyByDynamodb: table });
    const text = JSON.stringify(resourceOf(shop, 'CloseCartsFunctionRole'));
    expect(text).toContain('{"kms:ViaService":{"Fn::Join":["",["dynamodb.",{"Ref":"AWS::Region"},".amazonaws.com"]]}}');
  });

  it('is used by the supervisor and the schedules for events that fail', () => {
    const compute = { backfill: lambda(), report: lambda(), idle: lambda() };
    const night = synthesize({ manifest: nightlyManifest, compute, dataKey: 'new' });
    const sending = { UseKeyBySqs: ['kms:Decrypt', 'kms:GenerateDataKey'] };
    expect(keyStatementsOf(night, 'SchedulesRole')).toEqual(sending);
    expect(keyStatementsOf(night, 'SupervisorFunctionRole')).toMatchObject(sending);
    expect(resourceOf(night, 'SupervisorDeadLetterQueue').Properties.KmsMasterKeyId).toEqual(arn);
  });

  it('may exist already, and is none unless asked for', () => {
    const stack = newStack();
    const dataKey = new Key(stack, 'Existing') as IKey;
    const app = new TwelveFactorApp(stack, 'App', { ...shopProps, dataKey });
    expect(app.dataKey).toBe(dataKey);
    expect(ofType(synthesize(), 'AWS::KMS::Key')).toEqual([]);
  });
});
