import { Fn } from 'aws-cdk-lib';
import type { Manifest } from 'twelvefold/manifest';
import type { Statement } from '../policy/policy-document.ts';

/**
 * The path of the roles that deploy. A role of the stage has none, so the statement of roles does
 * not match a role that deploys.
 */
export const DEPLOY_PATH = '/deploy/';

/**
 * The permissions of CloudFormation to deploy one stage of an app. Physical names are a function of
 * app, stage and definition, so a statement names them where IAM can. A role that a template makes
 * may have any permission: who may change the template decides what the stage may do.
 */
export function deployStatements(manifest: Manifest, stage: string): Statement[] {
  const { app } = manifest;
  const has = partsOf(manifest);
  const name = `${app}-${stage}`;
  return [
    on('Queues', 'sqs:*', arn('sqs', `${name}-*`)),
    on('Topics', 'sns:*', arn('sns', `${name}-*`)),
    on('Tables', 'dynamodb:*', arn('dynamodb', `table/${name}-*`)),
    on('Parameters', 'ssm:*', arn('ssm', `parameter/${app}/${stage}/*`)),
    on('Secrets', 'secretsmanager:*', arn('secretsmanager', `secret:${app}/${stage}/*`)),
    on('Functions', 'lambda:*', arn('lambda', `function:${name}-*`)),
    // An event source mapping is named by an id that Lambda makes.
    on('EventSources', 'lambda:*EventSourceMapping*', '*'),
    on('Logs', 'logs:*', arn('logs', `log-group:/aws/*/${name}*`)),
    on(
      'Roles',
      ['iam:*Role', 'iam:*RoleDescription', 'iam:*RolePolic*', 'iam:*RolePermissionsBoundary'],
      globalArn('iam', `role/${name}-*`),
    ),
    // A template must not widen the role that deploys it, whatever is allowed above.
    { ...on('Deployers', 'iam:*', globalArn('iam', `role${DEPLOY_PATH}*`)), Effect: 'Deny' },
    on('Apis', 'apigateway:*', Fn.sub(`arn:\${AWS::Partition}:apigateway:\${AWS::Region}::/*`)),
    on(
      'Services',
      'ecs:*',
      arn('ecs', `service/${name}/*`),
      arn('ecs', `cluster/${name}`),
      arn('ecs', `task-definition/${name}*:*`),
      arn('ecs', `service-deployment/${name}/*`),
      arn('ecs', `service-revision/${name}/*`),
    ),
    // Task definitions and load balancers are described and deregistered without a resource.
    on(
      'Definitions',
      ['ecs:RegisterTaskDefinition', 'ecs:DeregisterTaskDefinition', 'ecs:DescribeTaskDefinition'],
      '*',
    ),
    on('LoadBalancers', 'elasticloadbalancing:*', '*'),
    on('Alarms', 'cloudwatch:*', arn('cloudwatch', `alarm:${name}-*`), globalArn('cloudwatch', `dashboard/${name}`)),
    // CodeDeploy shifts an alias at each update of the stack (CloudFormation user guide,
    // "UpdatePolicy attribute", CodeDeployLambdaAliasUpdate).
    on(
      'Shifts',
      'codedeploy:*',
      ...['application', 'deploymentgroup', 'deploymentconfig'].map((type) => arn('codedeploy', `${type}:${name}-*`)),
    ),
    on('StopShift', 'codedeploy:StopDeployment', '*'),
    ...(has.database ? databaseStatements(name) : []),
    ...(has.dsql
      ? [
          // A cluster of DSQL is named by an id that DSQL makes.
          on('DsqlClusters', 'dsql:*', arn('dsql', 'cluster/*')),
          on('NewDsqlCluster', ['dsql:CreateCluster', 'tag:GetTagKeys', 'tag:GetTagValues'], '*'),
        ]
      : []),
    ...(has.cache
      ? [
          on(
            'Caches',
            'elasticache:*',
            ...['serverlesscache', 'user', 'usergroup'].map((type) => arn('elasticache', `${type}:${name}-*`)),
          ),
          // A serverless cache makes its endpoint in the VPC for its caller.
          on('CacheEndpoints', ['ec2:CreateVpcEndpoint', 'ec2:DeleteVpcEndpoints'], '*'),
        ]
      : []),
    ...(has.supervisor
      ? [
          on('Rules', 'events:*', arn('events', `rule/${name}-*`)),
          on(
            'Schedules',
            'scheduler:*',
            arn('scheduler', `schedule-group/${name}`),
            arn('scheduler', `schedule/${name}/*`),
          ),
        ]
      : []),
    // Saved queries take no resource (Service Authorization Reference, CloudWatch Logs).
    on(
      'Queries',
      [
        'logs:DeleteQueryDefinition',
        'logs:DescribeIndexPolicies',
        'logs:DescribeLogGroups',
        'logs:DescribeQueryDefinitions',
        'logs:PutQueryDefinition',
      ],
      '*',
    ),
    // The first resource of a service in an account makes these roles.
    on(
      'ServiceRoles',
      // A scalable target names its role.
      ['iam:CreateServiceLinkedRole', 'iam:PassRole'],
      ...[
        'ecs',
        'elasticloadbalancing',
        'ecs.application-autoscaling',
        'lambda.application-autoscaling',
        ...(has.database ? ['rds'] : []),
        ...(has.dsql ? ['dsql'] : []),
        ...(has.cache ? ['elasticache'] : []),
      ].map((service) => globalArn('iam', `role/aws-service-role/${service}.amazonaws.com/*`)),
    ),
    // A key is named by an id that KMS makes. The app's keys encrypt data (`dataKey`) and alarms.
    on(
      'Keys',
      [
        'kms:CreateKey',
        'kms:DescribeKey',
        'kms:DisableKey',
        'kms:DisableKeyRotation',
        'kms:EnableKey',
        'kms:EnableKeyRotation',
        'kms:GetKeyPolicy',
        'kms:GetKeyRotationStatus',
        'kms:ListResourceTags',
        'kms:PutKeyPolicy',
        'kms:ScheduleKeyDeletion',
        'kms:TagResource',
        'kms:UntagResource',
        'kms:UpdateKeyDescription',
      ],
      '*',
    ),
    {
      // These take their use of a key from who makes the resource (DynamoDB developer guide,
      // "Encryption at rest: usage notes"; Secrets Manager user guide, "Secret encryption and
      // decryption"; the handlers of AWS::ElastiCache::ServerlessCache).
      ...on(
        'KeysOfData',
        [
          'kms:CreateGrant',
          'kms:Decrypt',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        arn('kms', 'key/*'),
      ),
      Condition: {
        StringEquals: {
          'kms:ViaService': ['dynamodb', 'secretsmanager', ...(has.cache ? ['elasticache'] : [])].map((service) =>
            Fn.sub(`${service}.\${AWS::Region}.amazonaws.com`),
          ),
        },
      },
    },
    on('Scaling', 'application-autoscaling:*', '*'),
    on('Subnets', ['ec2:Describe*', 'ec2:*SecurityGroup*', 'ec2:CreateTags'], '*'),
  ];
}

/** The permissions of `twelvefold config doctor`: it reads the app's config at every stage. */
export function checkStatements({ app }: Manifest): Statement[] {
  return [
    on('CheckParameters', ['ssm:GetParameters', 'ssm:GetParametersByPath'], arn('ssm', `parameter/${app}/*`)),
    on(
      'CheckSecrets',
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      arn('secretsmanager', `secret:${app}/*`),
    ),
  ];
}

/** The parts of an app that need statements of their services. */
function partsOf({ resources, supervisor }: Manifest) {
  const types = resources.flatMap(({ cloudFormation = [] }) => cloudFormation.map(({ type }) => type));
  const dsql = types.includes('AWS::DSQL::Cluster');
  return {
    supervisor: supervisor !== undefined,
    // `postgres()` makes what the manifest has no CloudFormation for.
    database: resources.some(({ kind, cloudFormation = [] }) => kind === 'sql' && cloudFormation.length === 0),
    dsql,
    cache: types.includes('AWS::ElastiCache::ServerlessCache'),
  };
}

/** Aurora with its proxy, as `postgres()` makes them. */
function databaseStatements(name: string): Statement[] {
  return [
    on(
      'Databases',
      'rds:*',
      ...['cluster', 'db', 'subgrp', 'cluster-pg'].map((type) => arn('rds', `${type}:${name}-*`)),
    ),
    // A cluster and its instances name these groups, which the account has.
    on(
      'DatabaseDefaults',
      ['rds:CreateDBCluster', 'rds:CreateDBInstance', 'rds:ModifyDBCluster', 'rds:ModifyDBInstance'],
      arn('rds', 'og:default:*'),
      arn('rds', 'pg:default.*'),
    ),
    // A proxy and its target group are named by ids that RDS makes.
    on('Proxies', 'rds:*', arn('rds', 'db-proxy:*'), arn('rds', 'target-group:*')),
    on('NewProxy', ['rds:CreateDBProxy', 'rds:DescribeEngineDefaultClusterParameters', 'rds:DescribeEvents'], '*'),
    // RDS makes the master's secret for its caller (RDS user guide, "Permissions required for
    // Secrets Manager integration").
    on(
      'MasterSecrets',
      ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
      arn('secretsmanager', 'secret:rds!*'),
    ),
  ];
}

function on(Sid: string, Action: string | readonly string[], ...Resource: unknown[]): Statement {
  return { Sid, Effect: 'Allow', Action, Resource };
}

function arn(service: string, rest: string): string {
  return Fn.sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`);
}

function globalArn(service: string, rest: string): string {
  return Fn.sub(`arn:\${AWS::Partition}:${service}::\${AWS::AccountId}:${rest}`);
}
