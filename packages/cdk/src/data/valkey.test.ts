import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { cache, defineApp, sessionStore } from 'twelvefold';
import type { Manifest } from 'twelvefold/manifest';
import { buildManifest } from 'twelvefold/manifest';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { fargate, lambda } from '../compute/placement.ts';
import { TwelveFactorNetwork } from '../network/network.ts';
import { newStack, sub } from '../testing/synthesize.fixture.ts';
import { TwelveFactorApp } from '../twelve-factor-app.ts';
import type { ValkeyOptions } from './valkey.ts';
import { valkey } from './valkey.ts';

const schema = z.object({ cents: z.number() });
const shop = defineApp({
  name: 'shop',
  backing: { prices: cache('prices', { schema }), visits: sessionStore('visits', { schema, driver: 'iovalkey' }) },
});
const task = shop.task('warm', { params: z.object({}), uses: { prices: ['set'] } }, async () => {});
const manifest: Manifest = buildManifest(shop, { 'lambda/warm.js': task });

function synthesized(options: Partial<ValkeyOptions> = {}) {
  const stack = newStack();
  const { vpc } = new TwelveFactorNetwork(stack, 'Network', { manifests: [manifest] });
  const handler = valkey({ vpc, ...options });
  const kinds = { cache: handler, sessions: handler };
  const compute = { warm: [lambda(), fargate()] };
  const app = new TwelveFactorApp(stack, 'App', { manifest, compute, kinds, service: { network: { vpc } } });
  return { app, template: Template.fromStack(stack) };
}

describe('a serverless cache', () => {
  const { app, template } = synthesized();

  it('is the one of the manifest, in private subnets behind a security group', () => {
    template.resourceCountIs('AWS::ElastiCache::ServerlessCache', 2);
    template.hasResourceProperties('AWS::ElastiCache::ServerlessCache', {
      ServerlessCacheName: sub('shop-{Stage}-prices'),
      Engine: 'valkey',
      UserGroupId: { Ref: 'PricesCacheUserGroup' },
      SecurityGroupIds: [{ 'Fn::GetAtt': ['PricesCacheGroup', 'GroupId'] }],
      SubnetIds: [Match.anyValue(), Match.anyValue()],
      SnapshotRetentionLimit: Match.absent(),
    });
    expect(app.resources.get('prices')?.node.id).toBe('PricesCache');
  });

  it('has one user, who logs in by IAM and cannot administer it', () => {
    template.hasResourceProperties('AWS::ElastiCache::User', {
      UserName: sub('shop-{Stage}-prices'),
      AuthenticationMode: { Type: 'iam' },
      AccessString: 'on ~* +@all -@dangerous -@admin',
    });
    template.hasResourceProperties('AWS::ElastiCache::UserGroup', { UserIds: [{ Ref: 'PricesCacheUser' }] });
  });

  it('is reached and logged into by the components that use it, on both hosts', () => {
    // The primary endpoint is on port 6379, the reader endpoint on 6380.
    for (const Description of ['warm', 'tasks']) {
      template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
        Description,
        FromPort: 6379,
        ToPort: 6380,
        GroupId: { 'Fn::GetAtt': ['PricesCacheGroup', 'GroupId'] },
      });
    }
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 2);
    template.hasResourceProperties('AWS::IAM::Role', {
      Policies: [
        {
          PolicyDocument: {
            Statement: Match.arrayWith([
              Match.objectLike({
                Action: ['elasticache:Connect'],
                Resource: [{ 'Fn::GetAtt': ['PricesCache', 'ARN'] }, { 'Fn::GetAtt': ['PricesCacheUser', 'Arn'] }],
              }),
            ]),
          },
        },
      ],
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: Match.anyValue() },
      Environment: { Variables: { TWELVEFOLD_PRICES_URL: Match.objectLike({ 'Fn::Join': Match.anyValue() }) } },
    });
  });
});

describe('options of a serverless cache', () => {
  it('limit what it costs, keep snapshots, and take any property', () => {
    const { template } = synthesized({
      limits: { dataGb: 5, ecpuPerSecond: 10_000 },
      snapshotDays: 7,
      propertyOverrides: { MajorEngineVersion: '9' },
    });
    template.allResourcesProperties('AWS::ElastiCache::ServerlessCache', {
      CacheUsageLimits: { DataStorage: { Maximum: 5, Unit: 'GB' }, ECPUPerSecond: { Maximum: 10_000 } },
      SnapshotRetentionLimit: 7,
      MajorEngineVersion: '9',
    });
  });

  it('take an existing security group', () => {
    const stack = newStack();
    const existingSecurityGroup = SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1');
    synthesized({ existingSecurityGroup }).template.allResourcesProperties('AWS::ElastiCache::ServerlessCache', {
      SecurityGroupIds: ['sg-1'],
    });
  });

  it('are refused when unknown, and for a driver without a cache', () => {
    const options: object = { size: 'xl' };
    expect(() => synthesized(options)).toThrow("unknown option 'size'");
    const memory = defineApp({ name: 'shop', backing: { prices: cache('prices', { schema, driver: 'memory' }) } });
    const stack = newStack();
    const { vpc } = new TwelveFactorNetwork(stack, 'Network', { manifests: [] });
    const props = { manifest: buildManifest(memory, {}), compute: {}, kinds: { cache: valkey({ vpc }) } };
    expect(() => new TwelveFactorApp(stack, 'App', props)).toThrow("its driver is 'memory'");
  });
});
