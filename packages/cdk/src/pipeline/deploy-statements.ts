import { Fn } from 'aws-cdk-lib';
import type { Manifest } from 'twelvefold/manifest';
import type { Statement } from '../policy/policy-document.ts';

/**
 * The permissions of CloudFormation to deploy one stage of an app. Physical names are a function of
 * app, stage and definition, so each statement is about what has that name. Wildcards stand in the
 * action only: the resource of each is the app's.
 */
export function deployStatements({ app, supervisor }: Manifest, stage: string): Statement[] {
  const arn = (service: string, rest: string) =>
    Fn.sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`);
  const name = `${app}-${stage}`;
  const on = (Sid: string, Action: string | readonly string[], ...Resource: unknown[]): Statement => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource,
  });
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
      ['iam:*Role', 'iam:*RolePolicy', 'iam:TagRole', 'iam:UntagRole', 'iam:PassRole'],
      globalArn('iam', `role/${name}-*`),
    ),
    on('Apis', 'apigateway:*', Fn.sub(`arn:\${AWS::Partition}:apigateway:\${AWS::Region}::/*`)),
    on(
      'Services',
      'ecs:*',
      arn('ecs', `service/${name}/*`),
      arn('ecs', `cluster/${name}`),
      arn('ecs', `task-definition/${name}*:*`),
    ),
    // Task definitions and load balancers are described and deregistered without a resource.
    on(
      'Definitions',
      ['ecs:RegisterTaskDefinition', 'ecs:DeregisterTaskDefinition', 'ecs:DescribeTaskDefinition'],
      '*',
    ),
    on('LoadBalancers', 'elasticloadbalancing:*', '*'),
    on('Alarms', 'cloudwatch:*', arn('cloudwatch', `alarm:${name}-*`), globalArn('cloudwatch', `dashboard/${name}`)),
    ...(supervisor
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
        'logs:DescribeLogGroups',
        'logs:DescribeQueryDefinitions',
        'logs:PutQueryDefinition',
      ],
      '*',
    ),
    // The first cluster, load balancer and scalable target of an account make these roles.
    on(
      'ServiceRoles',
      'iam:CreateServiceLinkedRole',
      ...['ecs', 'elasticloadbalancing', 'ecs.application-autoscaling'].map((service) =>
        globalArn('iam', `role/aws-service-role/${service}.amazonaws.com/*`),
      ),
    ),
    // A key is named by an id that KMS makes. The app's keys encrypt data (`dataKey`) and alarms.
    on(
      'Keys',
      [
        'kms:CreateKey',
        'kms:DescribeKey',
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
      // DynamoDB takes its use of a key from who makes the table (DynamoDB developer guide,
      // "Encryption at rest: usage notes").
      ...on(
        'KeysOfTables',
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
      Condition: { StringEquals: { 'kms:ViaService': Fn.sub(`dynamodb.\${AWS::Region}.amazonaws.com`) } },
    },
    on('Scaling', 'application-autoscaling:*', '*'),
    on('Subnets', ['ec2:Describe*', 'ec2:*SecurityGroup*', 'ec2:CreateTags'], '*'),
  ];
}

/** The permissions of `twelvefold config doctor`: it reads the app's config at every stage. */
export function checkStatements({ app }: Manifest): Statement[] {
  const arn = (service: string, rest: string) =>
    Fn.sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`);
  const on = (Sid: string, Action: readonly string[], Resource: string): Statement => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource,
  });
  return [
    on('CheckParameters', ['ssm:GetParameters', 'ssm:GetParametersByPath'], arn('ssm', `parameter/${app}/*`)),
    on(
      'CheckSecrets',
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      arn('secretsmanager', `secret:${app}/*`),
    ),
  ];
}

function globalArn(service: string, rest: string): string {
  return Fn.sub(`arn:\${AWS::Partition}:${service}::\${AWS::AccountId}:${rest}`);
}
