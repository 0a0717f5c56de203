import { createHash } from 'node:crypto';
import type { Pseudo } from './parameters.ts';
import type { Properties } from './properties.ts';
import { optionalText } from './properties.ts';

/** A resource that is not created: what `Ref` and `Fn::GetAtt` would give for it. */
export interface ListedResource {
  readonly physicalId: string;
  attribute(name: string): string;
}

/** Where an ARN differs from `service:region:account:kind/name`. `{name}` is the physical name. */
const ARNS: Readonly<Record<string, string>> = {
  'AWS::ECS::TaskDefinition': 'ecs:{region}:{account}:task-definition/{name}:1',
  'AWS::Events::Rule': 'events:{region}:{account}:rule/{name}',
  'AWS::IAM::ManagedPolicy': 'iam::{account}:policy/{name}',
  'AWS::IAM::Role': 'iam::{account}:role/{name}',
  'AWS::IAM::User': 'iam::{account}:user/{name}',
  'AWS::KMS::Key': 'kms:{region}:{account}:key/{name}',
  'AWS::Lambda::Function': 'lambda:{region}:{account}:function:{name}',
  'AWS::Logs::LogGroup': 'logs:{region}:{account}:log-group:{name}:*',
  'AWS::S3::Bucket': 's3:::{name}',
};

/** Types whose `Ref` is the ARN. */
const REF_IS_ARN = new Set([
  'AWS::ECS::Service',
  'AWS::ECS::TaskDefinition',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::IAM::ManagedPolicy',
]);

/** Types whose id AWS makes up. */
const GENERATED_IDS = new Set([
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGatewayV2::Api',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::KMS::Key',
  'AWS::Lambda::EventSourceMapping',
]);

function nameOf(kind: string, properties: Properties): string | undefined {
  const names = [`${kind}Name`, 'Name', kind === 'TaskDefinition' ? 'Family' : `${kind}Id`];
  const found = names.find((name) => typeof properties[name] === 'string');
  return found === undefined ? undefined : optionalText(properties, found);
}

/** Makes up what a resource that is not created would be called, the same in every run. */
export function listResource(
  type: string,
  properties: Properties,
  defaultName: string,
  pseudo: Pick<Pseudo, 'account' | 'partition' | 'region' | 'urlSuffix'>,
): ListedResource {
  const [, service = 'custom', kind = 'Resource'] = type.split('::');
  const generated = createHash('sha256').update(`${type} ${defaultName}`).digest('hex').slice(0, 10);
  const name = GENERATED_IDS.has(type) ? generated : (nameOf(kind, properties) ?? defaultName);
  const form = ARNS[type] ?? `${service.toLowerCase()}:{region}:{account}:${kind.toLowerCase()}/{name}`;
  const values: Record<string, string> = { name, region: pseudo.region, account: pseudo.account };
  const arn = `arn:${pseudo.partition}:${form.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? '')}`;
  const physicalId = REF_IS_ARN.has(type) ? arn : name;
  return {
    physicalId,
    attribute: (attribute) => {
      if (/Arn$/.test(attribute)) return arn;
      if (/^(Name|Id)$|Id$|Name$/.test(attribute)) return physicalId;
      if (attribute === 'ApiEndpoint') return `https://${name}.execute-api.${pseudo.region}.${pseudo.urlSuffix}`;
      return `${physicalId}/${attribute}`;
    },
  };
}
