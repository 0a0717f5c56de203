import { Match, Template } from 'aws-cdk-lib/assertions';
import { defineApp, sql } from 'twelvefold';
import type { Manifest } from 'twelvefold/manifest';
import { buildManifest } from 'twelvefold/manifest';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { lambda } from '../compute/placement.ts';
import { TwelveFactorNetwork } from '../network/network.ts';
import { newStack } from '../testing/synthesize.fixture.ts';
import { TwelveFactorApp } from '../twelve-factor-app.ts';
import type { PostgresOptions } from './postgres.ts';
import { postgres } from './postgres.ts';

const shop = defineApp({ name: 'shop', backing: { ledger: sql('ledger', { login: { iam: 'shop_app' } }) } });
const task = shop.task('close', { params: z.object({}), uses: { ledger: ['query'] } }, async () => {});
const manifest: Manifest = buildManifest(shop, { 'lambda/close.js': task });

function synthesized(options: Partial<PostgresOptions> = {}) {
  const stack = newStack();
  const { vpc } = new TwelveFactorNetwork(stack, 'Network', { manifests: [manifest] });
  const kinds = { sql: postgres({ vpc, ...options }) };
  new TwelveFactorApp(stack, 'App', { manifest, compute: { close: lambda() }, kinds });
  return Template.fromStack(stack);
}

describe('a database', () => {
  it('has a proxy with a name of its stage, because stages share an account', () => {
    synthesized({ proxy: true }).hasResourceProperties('AWS::RDS::DBProxy', {
      DBProxyName: { 'Fn::Sub': `shop-\${Stage}-ledger` },
    });
  });

  it('is encrypted, kept, and has a master password that RDS rotates', () => {
    synthesized().hasResource('AWS::RDS::DBCluster', {
      DeletionPolicy: 'Retain',
      Properties: {
        Engine: 'aurora-postgresql',
        StorageEncrypted: true,
        DeletionProtection: true,
        ManageMasterUserPassword: true,
        EnableIAMDatabaseAuthentication: true,
        BackupRetentionPeriod: 14,
        DatabaseName: 'app',
        ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
      },
    });
  });

  it('is reached by the components that use it and logged into as one user, by IAM', () => {
    const template = synthesized();
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      Description: 'close',
      FromPort: 5432,
      ToPort: 5432,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: Match.anyValue(), SecurityGroupIds: Match.anyValue() },
      Environment: {
        Variables: { TWELVEFOLD_LEDGER_URL: { 'Fn::Join': ['', ['postgres://', Match.anyValue(), ':5432/app']] } },
      },
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      Policies: [
        {
          PolicyDocument: {
            Statement: Match.arrayWith([
              Match.objectLike({
                Action: ['rds-db:connect'],
                Resource: { 'Fn::Join': ['', [Match.anyValue(), Match.anyValue(), '/shop_app']] },
              }),
            ]),
          },
        },
      ],
    });
  });

  it('may be behind a proxy with IAM from end to end', () => {
    const template = synthesized({ proxy: true });
    template.hasResourceProperties('AWS::RDS::DBProxy', { DefaultAuthScheme: 'IAM_AUTH', RequireTLS: true });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { Description: 'the proxy', FromPort: 5432 });
  });

  it('may have a standby in another zone', () => {
    synthesized({ standby: true }).resourceCountIs('AWS::RDS::DBInstance', 2);
  });

  it('refuses unknown options', () => {
    const options: object = { multiAz: true };
    expect(() => synthesized(options)).toThrow("Cannot use postgres(): unknown option 'multiAz'");
  });
});
