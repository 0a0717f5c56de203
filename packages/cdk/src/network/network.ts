import { assertKnownOptions, pascalCase } from '@twelvefold/core/internal';
import { Annotations } from 'aws-cdk-lib';
import type { IVpc, VpcProps } from 'aws-cdk-lib/aws-ec2';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Manifest } from 'twelvefold/manifest';

/** The properties of {@link TwelveFactorNetwork}. */
export interface NetworkProps {
  /** The apps that run in it: their permissions decide which interface endpoints there are. */
  readonly manifests: readonly Manifest[];
  /**
   * Zones, each with a public and a private subnet.
   *
   * @defaultValue 2
   */
  readonly zones?: number;
  /**
   * Whether tasks reach the internet, through one NAT gateway per zone. Without it they reach AWS
   * only, through endpoints.
   *
   * @defaultValue false
   */
  readonly internet?: boolean;
  /**
   * A VPC that is there: it gets the interface endpoints that the manifests use and nothing else.
   *
   * @defaultValue a new one
   */
  readonly existingVpc?: IVpc;
  /** Properties of CDK's VPC, over those of this construct. */
  readonly vpcProps?: Partial<VpcProps>;
}

/** By the prefix of IAM actions. DynamoDB and S3 have gateway endpoints, which cost nothing. */
const ENDPOINTS: Readonly<Record<string, InterfaceVpcEndpointAwsService>> = {
  sqs: InterfaceVpcEndpointAwsService.SQS,
  sns: InterfaceVpcEndpointAwsService.SNS,
  ssm: InterfaceVpcEndpointAwsService.SSM,
  secretsmanager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  kms: InterfaceVpcEndpointAwsService.KMS,
  lambda: InterfaceVpcEndpointAwsService.LAMBDA,
  ecs: InterfaceVpcEndpointAwsService.ECS,
  scheduler: new InterfaceVpcEndpointAwsService('scheduler'),
  states: InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
};

/** Fargate pulls images and writes logs through these, whatever the app uses. */
const FARGATE: Readonly<Record<string, InterfaceVpcEndpointAwsService>> = {
  'ecr-api': InterfaceVpcEndpointAwsService.ECR,
  'ecr-docker': InterfaceVpcEndpointAwsService.ECR_DOCKER,
  logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
};

/** USD per hour in us-east-1 (AWS PrivateLink and VPC pricing pages, November 2026). */
const PRICES = { endpointPerZone: 0.01, natGateway: 0.045 };
const HOURS_PER_MONTH = 730;

/**
 * A VPC with public and private subnets, flow logs of rejected traffic, gateway endpoints for S3
 * and
 * DynamoDB, and interface endpoints for what the apps' manifests use and nothing else. Synth prints
 * what they cost in a month.
 *
 * It belongs in a stack apart from the app's: a network outlives its apps.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const { vpc } = new TwelveFactorNetwork(networkStack, 'Network', { manifests: [manifest] });
 * new TwelveFactorApp(stack, 'App', { manifest, compute, service: { network: { vpc } } });
 * ```
 */
export class TwelveFactorNetwork extends Construct {
  readonly vpc: IVpc;
  /** By service, e.g. `sqs` and `ecr-api`. */
  readonly endpoints: ReadonlyMap<string, InterfaceVpcEndpoint>;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    assertKnownOptions('use TwelveFactorNetwork', props, ['manifests', 'zones', 'internet', 'existingVpc', 'vpcProps']);
    const { manifests, zones = 2, internet = false, existingVpc, vpcProps = {} } = props;
    // CDK's declarations need the cast under exactOptionalPropertyTypes.
    this.vpc =
      existingVpc ??
      (new Vpc(this, 'Vpc', {
        maxAzs: zones,
        natGateways: internet ? zones : 0,
        restrictDefaultSecurityGroup: true,
        subnetConfiguration: [
          { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
          {
            name: 'private',
            subnetType: internet ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED,
            cidrMask: 20,
          },
        ],
        gatewayEndpoints: {
          S3: { service: GatewayVpcEndpointAwsService.S3 },
          DynamoDB: { service: GatewayVpcEndpointAwsService.DYNAMODB },
        },
        flowLogs: {
          rejected: { destination: FlowLogDestination.toCloudWatchLogs(), trafficType: FlowLogTrafficType.REJECT },
        },
        ...vpcProps,
      }) as IVpc);
    const used = new Set(manifests.flatMap(servicesOf));
    const services = [
      ...Object.entries(FARGATE),
      ...Object.entries(ENDPOINTS).filter(([service]) => used.has(service)),
    ];
    this.endpoints = new Map(
      services.map(([name, service]) => [
        name,
        new InterfaceVpcEndpoint(this, `${pascalCase(name)}Endpoint`, { vpc: this.vpc, service, open: true }),
      ]),
    );
    const endpointPrice = this.endpoints.size * zones * PRICES.endpointPerZone * HOURS_PER_MONTH;
    const natPrice = internet ? zones * PRICES.natGateway * HOURS_PER_MONTH : 0;
    Annotations.of(this).addInfoV2(
      'twelvefold:network-price',
      `${this.endpoints.size} interface endpoints in ${zones} zones cost about ${Math.round(endpointPrice)} USD a month` +
        `${internet ? `, the NAT gateways about ${Math.round(natPrice)} USD` : ''}, without traffic (prices of us-east-1, November 2026)`,
    );
  }
}

/** The services that an app calls, as the prefixes of its actions. */
function servicesOf({ components }: Manifest): string[] {
  const actions = components.flatMap(({ grants, config }) => [
    ...grants.flatMap((grant) => grant.actions),
    ...(config?.access ?? []).map(({ action }) => action),
  ]);
  return actions.map((action) => action.split(':')[0] ?? '');
}
