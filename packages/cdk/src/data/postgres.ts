import { assertKnownOptions, pascalCase } from '@twelvefold/core/internal';
import { Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import type { Connections, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { DatabaseClusterProps } from 'aws-cdk-lib/aws-rds';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  DatabaseCluster,
  DatabaseClusterEngine,
  DatabaseProxy,
  DefaultAuthScheme,
  ProxyTarget,
} from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import type { ManifestResource } from 'twelvefold/manifest';
import { atStage } from '../template/at-stage.ts';
import type { ProvidedResource } from './add-resources.ts';

/** Options of {@link postgres}. */
export interface PostgresOptions {
  /** Holds the database in its most private subnets. */
  readonly vpc: IVpc;
  /**
   * The name of the database.
   *
   * @defaultValue 'app'
   */
  readonly databaseName?: string;
  /**
   * Aurora capacity units, of about 2 GiB of memory each.
   *
   * @defaultValue 0.5 to 4
   */
  readonly capacity?: { readonly min: number; readonly max: number };
  /**
   * Whether connections go through an RDS Proxy, with IAM from end to end: for many functions.
   * Users
   * that log in by IAM only.
   *
   * @defaultValue false
   */
  readonly proxy?: boolean;
  /**
   * A second instance in another zone, which takes over when the first one fails.
   *
   * @defaultValue false
   */
  readonly standby?: boolean;
  /** Properties of CDK's cluster, over those of this function. */
  readonly databaseClusterProps?: Partial<DatabaseClusterProps>;
}

const POSTGRES_PORT = 5432;

/**
 * A handler for resources of the kind `sql`: an Aurora PostgreSQL Serverless v2 cluster, encrypted,
 * with a master password that RDS keeps and rotates, IAM logins, backups of 14 days and deletion
 * protection. Components that use it may reach it; nothing else may.
 *
 * The database has no user for the app yet: create it once as the master user, with
 * `GRANT rds_iam TO <user>` for a login by IAM.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const { vpc } = new TwelveFactorNetwork(networkStack, 'Network', { manifests: [manifest] });
 * new TwelveFactorApp(stack, 'App', {
 *   manifest,
 *   compute,
 *   kinds: { sql: postgres({ vpc, proxy: true }) },
 * });
 * ```
 */
export function postgres(options: PostgresOptions): (scope: Construct, resource: ManifestResource) => ProvidedResource {
  const known = ['vpc', 'databaseName', 'capacity', 'proxy', 'standby', 'databaseClusterProps'];
  assertKnownOptions('use postgres()', options, known);
  const { vpc, databaseName = 'app', capacity = { min: 0.5, max: 4 }, proxy = false, standby = false } = options;
  return (scope, { key, details, physicalName }) => {
    const id = pascalCase(key);
    const cluster = new DatabaseCluster(scope, `${id}Database`, {
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_9 }),
      writer: ClusterInstance.serverlessV2('Writer'),
      readers: standby ? [ClusterInstance.serverlessV2('Standby', { scaleWithWriter: true })] : [],
      serverlessV2MinCapacity: capacity.min,
      serverlessV2MaxCapacity: capacity.max,
      vpc,
      vpcSubnets: { subnetType: privateSubnets(vpc) },
      defaultDatabaseName: databaseName,
      manageMasterUserPassword: true,
      iamAuthentication: true,
      storageEncrypted: true,
      backup: { retention: Duration.days(14) },
      copyTagsToSnapshot: true,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      cloudwatchLogsExports: ['postgresql'],
      // A connection without TLS is refused.
      parameters: { 'rds.force_ssl': '1' },
      ...options.databaseClusterProps,
    });
    const through = proxy ? addProxy(scope, `${id}Proxy`, vpc, cluster, physicalName) : undefined;
    const host = through?.proxy.endpoint ?? cluster.clusterEndpoint.hostname;
    const connections = (through ?? cluster).connections;
    const login =
      typeof details.user === 'string'
        ? loginArn(through?.id ?? cluster.clusterResourceIdentifier, details.user)
        : undefined;
    return {
      resource: cluster,
      ...(login !== undefined && { arns: [login] }),
      binding: Fn.join('', ['postgres://', host, `:${POSTGRES_PORT}/${databaseName}`]),
      network: { vpc, connections, port: Port.tcp(POSTGRES_PORT) },
    };
  };
}

/** The user's ARN (RDS user guide, "Creating and using an IAM policy for IAM database access"). */
function loginArn(resourceId: string, user: string): string {
  return Fn.join('', [
    Fn.sub(`arn:\${AWS::Partition}:rds-db:\${AWS::Region}:\${AWS::AccountId}:dbuser:`),
    resourceId,
    `/${user}`,
  ]);
}

function addProxy(
  scope: Construct,
  id: string,
  vpc: IVpc,
  cluster: DatabaseCluster,
  name: string,
): { proxy: DatabaseProxy; id: string; connections: Connections } {
  const group = new SecurityGroup(scope, `${id}Group`, { vpc, description: 'The proxy of a database' });
  const proxy = new DatabaseProxy(scope, id, {
    // CDK's name is the construct's id, which stages of one account would share.
    dbProxyName: atStage(name),
    proxyTarget: ProxyTarget.fromCluster(cluster),
    vpc,
    vpcSubnets: { subnetType: privateSubnets(vpc) },
    securityGroups: [group],
    iamAuth: true,
    requireTLS: true,
    defaultAuthScheme: DefaultAuthScheme.IAM_AUTH,
  });
  // CDK's proxy has no default port: rules name it.
  cluster.connections.allowFrom(group, Port.tcp(POSTGRES_PORT), 'the proxy');
  // The last part of a proxy's ARN is its resource id, which logins name.
  return { proxy, id: Fn.select(6, Fn.split(':', proxy.dbProxyArn)), connections: group.connections };
}

function privateSubnets(vpc: IVpc): SubnetType {
  return vpc.isolatedSubnets.length > 0 ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS;
}
