import { assertKnownOptions, pascalCase } from '@twelvefold/core/internal';
import { CfnResource, RemovalPolicy, Token } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Connections, Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { ManifestResource } from 'twelvefold/manifest';
import { valueAtStage } from '../template/at-stage.ts';
import { defaultNamed } from '../template/named.ts';
import type { ProvidedResource } from './add-resources.ts';
import { addCloudFormation } from './add-resources.ts';

/** Options of {@link valkey}. */
export interface ValkeyOptions {
  /** Holds the cache in its most private subnets. */
  readonly vpc: IVpc;
  /** The security group of the cache, which lets components in. @defaultValue a new one */
  readonly existingSecurityGroup?: ISecurityGroup;
  /**
   * The most data in GB, and the most ElastiCache processing units in a second.
   *
   * @defaultValue the account's quotas
   */
  readonly limits?: { readonly dataGb?: number; readonly ecpuPerSecond?: number };
  /** Days that daily snapshots are kept. @defaultValue 0, because a cache can be filled again */
  readonly snapshotDays?: number;
  /** Properties of the cache by their CloudFormation names, over those of this function. */
  readonly propertyOverrides?: Readonly<Record<string, unknown>>;
}

const CACHE = 'AWS::ElastiCache::ServerlessCache';

/**
 * Ports of a serverless cache: the primary endpoint and, under the same name, the reader endpoint
 * (ElastiCache user guide, "Getting started with serverless caches"). Clients that read from
 * replicas are sent to the second.
 */
const PORTS = Port.tcpRange(6379, 6380);

/**
 * A handler for resources in ElastiCache Serverless for Valkey, kinds `cache` and `sessions`: the
 * cache, its user and its user group are those of the manifest, with a login by IAM and an
 * access string without administration, placed in a VPC. Components that use the cache may reach
 * it; nothing else may.
 *
 * @throws TypeError for an unknown option, and for a resource that is not a serverless cache.
 * @example
 * ```ts
 * const { vpc } = new TwelveFactorNetwork(networkStack, 'Network', { manifests: [manifest] });
 * new TwelveFactorApp(stack, 'App', { manifest, compute, kinds: { cache: valkey({ vpc }) } });
 * ```
 */
export function valkey(options: ValkeyOptions): (scope: Construct, resource: ManifestResource) => ProvidedResource {
  const known = ['vpc', 'existingSecurityGroup', 'limits', 'snapshotDays', 'propertyOverrides'];
  assertKnownOptions('use valkey()', options, known);
  const { vpc, existingSecurityGroup, limits = {}, snapshotDays = 0, propertyOverrides = {} } = options;
  return (scope, declared) => {
    const [resource] = addCloudFormation(scope, declared, RemovalPolicy.RETAIN, new Map());
    if (!CfnResource.isCfnResource(resource) || resource.cfnResourceType !== CACHE) {
      throw new TypeError(
        `Cannot place '${declared.key}' in a VPC by valkey(): its driver is '${declared.driver}', which has no ${CACHE}`,
      );
    }
    const group = existingSecurityGroup ?? addGroup(scope, `${pascalCase(declared.key)}CacheGroup`, vpc, declared.key);
    const { dataGb, ecpuPerSecond } = limits;
    const properties = {
      SecurityGroupIds: [group.securityGroupId],
      SubnetIds: privateSubnets(vpc),
      ...(snapshotDays > 0 && { SnapshotRetentionLimit: snapshotDays }),
      ...((dataGb !== undefined || ecpuPerSecond !== undefined) && {
        CacheUsageLimits: {
          ...(dataGb !== undefined && { DataStorage: { Maximum: dataGb, Unit: 'GB' } }),
          ...(ecpuPerSecond !== undefined && { ECPUPerSecond: { Maximum: ecpuPerSecond } }),
        },
      }),
      ...propertyOverrides,
    };
    for (const [name, value] of Object.entries(properties)) resource.addPropertyOverride(name, value);
    return {
      resource,
      arns: (declared.arns ?? []).map((arn) => Token.asString(valueAtStage(arn))),
      binding: Token.asString(valueAtStage(declared.binding?.from)),
      network: { vpc, connections: new Connections({ securityGroups: [group] }), port: PORTS },
    };
  };
}

function addGroup(scope: Construct, id: string, vpc: IVpc, key: string): ISecurityGroup {
  const group = new SecurityGroup(scope, id, { vpc, description: `The cache ${key}`, allowAllOutbound: false });
  defaultNamed(group, id);
  return group;
}

/** ElastiCache takes two or three subnets of different zones. */
function privateSubnets(vpc: IVpc): string[] {
  const subnetType = vpc.isolatedSubnets.length > 0 ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS;
  return vpc.selectSubnets({ subnetType, onePerAz: true }).subnetIds.slice(0, 3);
}
