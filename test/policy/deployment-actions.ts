/** The IAM actions of CloudFormation on a type of resource, and what they are done on. */
export interface DeploymentActions {
  /**
   * The ends of ARNs, after the account. `NAME` is `{app}-{stage}`, `APP` and `STAGE` its parts.
   */
  readonly on: readonly string[];
  readonly actions: readonly string[];
}

/** @param actions of `service`, or with another prefix */
function row(service: string, on: string | readonly string[], actions: string): DeploymentActions {
  const prefixed = actions.split(' ').map((action) => (action.includes(':') ? action : `${service}:${action}`));
  return { on: [on].flat().map((end) => `${service}:${end}`), actions: prefixed };
}

const GROUP = ['security-group/sg-1', 'security-group-rule/sgr-1'];
const REST = 'POST GET PUT PATCH DELETE';
const ROLE = 'iam:PassRole';

/**
 * By type. The rows of ElastiCache, RDS (without instances), DSQL, IAM roles, schedules and
 * CodeDeploy's applications and configs follow `handlers.*.permissions` of CloudFormation's
 * resource provider schemas, as far as our properties need them. The other rows are the API calls
 * that make, read, change and delete the type: they were not compared with the schemas.
 */
export const DEPLOYMENT_ACTIONS: Readonly<Record<string, DeploymentActions>> = {
  'AWS::ApiGateway::Deployment': row('apigateway', ['/restapis/1/deployments', '/restapis/1/deployments/1'], REST),
  'AWS::ApiGateway::Method': row('apigateway', '/restapis/1/resources/1/methods/ANY', REST),
  'AWS::ApiGateway::Resource': row('apigateway', ['/restapis/1/resources', '/restapis/1/resources/1'], REST),
  'AWS::ApiGateway::RestApi': row('apigateway', ['/restapis', '/restapis/1'], REST),
  'AWS::ApiGateway::Stage': row('apigateway', ['/restapis/1/stages', '/restapis/1/stages/live'], REST),
  'AWS::ApiGatewayV2::Api': row('apigateway', ['/apis', '/apis/1'], REST),
  'AWS::ApplicationAutoScaling::ScalableTarget': row(
    'application-autoscaling',
    'scalable-target/1',
    'RegisterScalableTarget DeregisterScalableTarget DescribeScalableTargets TagResource ListTagsForResource',
  ),
  'AWS::ApplicationAutoScaling::ScalingPolicy': row(
    'application-autoscaling',
    'scalable-target/1',
    'PutScalingPolicy DeleteScalingPolicy DescribeScalingPolicies',
  ),
  'AWS::CloudWatch::Alarm': row(
    'cloudwatch',
    'alarm:NAME-orders',
    'PutMetricAlarm DescribeAlarms DeleteAlarms TagResource UntagResource ListTagsForResource',
  ),
  'AWS::CloudWatch::Dashboard': row('cloudwatch', 'dashboard/NAME', 'PutDashboard GetDashboard DeleteDashboards'),
  'AWS::CodeDeploy::Application': row(
    'codedeploy',
    'application:NAME-orders',
    'CreateApplication GetApplication UpdateApplication DeleteApplication TagResource ListTagsForResource RegisterApplicationRevision GetApplicationRevision',
  ),
  'AWS::CodeDeploy::DeploymentConfig': row(
    'codedeploy',
    'deploymentconfig:NAME-orders',
    'CreateDeploymentConfig GetDeploymentConfig DeleteDeploymentConfig',
  ),
  // The update policy of an alias makes the deployments.
  'AWS::CodeDeploy::DeploymentGroup': row(
    'codedeploy',
    'deploymentgroup:NAME-orders/NAME-orders',
    'CreateDeploymentGroup GetDeploymentGroup UpdateDeploymentGroup DeleteDeploymentGroup CreateDeployment GetDeployment StopDeployment',
  ),
  'AWS::DSQL::Cluster': row(
    'dsql',
    'cluster/1',
    'CreateCluster GetCluster UpdateCluster DeleteCluster TagResource UntagResource ListTagsForResource GetVpcEndpointServiceName tag:GetTagKeys tag:GetTagValues',
  ),
  'AWS::DynamoDB::Table': row(
    'dynamodb',
    'table/NAME-rows',
    'CreateTable DescribeTable UpdateTable DeleteTable TagResource UntagResource ListTagsOfResource DescribeTimeToLive UpdateTimeToLive DescribeContinuousBackups UpdateContinuousBackups DescribeContributorInsights',
  ),
  'AWS::EC2::SecurityGroup': row(
    'ec2',
    [...GROUP, 'vpc/vpc-1'],
    'CreateSecurityGroup DescribeSecurityGroups DeleteSecurityGroup AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateTags',
  ),
  'AWS::EC2::SecurityGroupEgress': row(
    'ec2',
    GROUP,
    'AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress DescribeSecurityGroupRules UpdateSecurityGroupRuleDescriptionsEgress',
  ),
  'AWS::EC2::SecurityGroupIngress': row(
    'ec2',
    GROUP,
    'AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress DescribeSecurityGroupRules UpdateSecurityGroupRuleDescriptionsIngress',
  ),
  'AWS::ECS::Cluster': row(
    'ecs',
    'cluster/NAME',
    'CreateCluster DescribeClusters UpdateCluster UpdateClusterSettings PutClusterCapacityProviders DeleteCluster TagResource UntagResource',
  ),
  'AWS::ECS::Service': row(
    'ecs',
    ['service/NAME/NAME', 'cluster/NAME', 'service-deployment/NAME/NAME/1', 'service-revision/NAME/NAME/1'],
    'CreateService DescribeServices UpdateService DeleteService TagResource UntagResource ListServiceDeployments DescribeServiceDeployments DescribeServiceRevisions',
  ),
  'AWS::ECS::TaskDefinition': row(
    'ecs',
    'task-definition/NAME-nightly:1',
    'RegisterTaskDefinition DescribeTaskDefinition DeregisterTaskDefinition TagResource UntagResource ListTagsForResource',
  ),
  'AWS::ElastiCache::ServerlessCache': row(
    'elasticache',
    ['serverlesscache:NAME-prices', 'usergroup:NAME-prices'],
    'CreateServerlessCache DescribeServerlessCaches ModifyServerlessCache DeleteServerlessCache AddTagsToResource RemoveTagsFromResource ListTagsForResource',
  ),
  'AWS::ElastiCache::User': row(
    'elasticache',
    'user:NAME-prices',
    'CreateUser DescribeUsers ModifyUser DeleteUser AddTagsToResource RemoveTagsFromResource ListTagsForResource',
  ),
  'AWS::ElastiCache::UserGroup': row(
    'elasticache',
    ['usergroup:NAME-prices', 'user:NAME-prices'],
    'CreateUserGroup DescribeUserGroups ModifyUserGroup DeleteUserGroup AddTagsToResource RemoveTagsFromResource ListTagsForResource',
  ),
  'AWS::ElasticLoadBalancingV2::Listener': row(
    'elasticloadbalancing',
    ['loadbalancer/app/front/1', 'listener/app/front/1/1'],
    'CreateListener DescribeListeners ModifyListener DeleteListener AddTags RemoveTags DescribeTags DescribeListenerAttributes ModifyListenerAttributes',
  ),
  'AWS::ElasticLoadBalancingV2::ListenerRule': row(
    'elasticloadbalancing',
    ['listener/app/front/1/1', 'listener-rule/app/front/1/1/1'],
    'CreateRule DescribeRules ModifyRule SetRulePriorities DeleteRule AddTags RemoveTags DescribeTags',
  ),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': row(
    'elasticloadbalancing',
    'loadbalancer/app/front/1',
    'CreateLoadBalancer DescribeLoadBalancers DescribeLoadBalancerAttributes ModifyLoadBalancerAttributes SetSecurityGroups SetSubnets DeleteLoadBalancer AddTags RemoveTags DescribeTags',
  ),
  'AWS::ElasticLoadBalancingV2::TargetGroup': row(
    'elasticloadbalancing',
    'targetgroup/front/1',
    'CreateTargetGroup DescribeTargetGroups DescribeTargetGroupAttributes ModifyTargetGroup ModifyTargetGroupAttributes DeleteTargetGroup AddTags RemoveTags DescribeTags',
  ),
  'AWS::Events::Rule': row(
    'events',
    'rule/NAME-SupervisorEachMinute',
    'PutRule DescribeRule PutTargets RemoveTargets ListTargetsByRule DeleteRule TagResource UntagResource ListTagsForResource',
  ),
  'AWS::IAM::Role': row(
    'iam',
    'role/NAME-OrdersFunctionRole',
    `CreateRole GetRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole PutRolePolicy GetRolePolicy DeleteRolePolicy ListRolePolicies AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies PutRolePermissionsBoundary DeleteRolePermissionsBoundary TagRole UntagRole ${ROLE}`,
  ),
  'AWS::KMS::Key': row(
    'kms',
    'key/1',
    'CreateKey DescribeKey EnableKey DisableKey EnableKeyRotation DisableKeyRotation GetKeyPolicy PutKeyPolicy GetKeyRotationStatus UpdateKeyDescription ListResourceTags TagResource UntagResource ScheduleKeyDeletion',
  ),
  'AWS::Lambda::Alias': row(
    'lambda',
    'function:NAME-orders:live',
    'CreateAlias GetAlias UpdateAlias DeleteAlias PutProvisionedConcurrencyConfig GetProvisionedConcurrencyConfig DeleteProvisionedConcurrencyConfig',
  ),
  'AWS::Lambda::EventInvokeConfig': row(
    'lambda',
    'function:NAME-orders',
    'PutFunctionEventInvokeConfig GetFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig',
  ),
  'AWS::Lambda::EventSourceMapping': row(
    'lambda',
    'event-source-mapping:1',
    'CreateEventSourceMapping GetEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping',
  ),
  'AWS::Lambda::Function': row(
    'lambda',
    'function:NAME-orders',
    'CreateFunction GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig GetRuntimeManagementConfig UpdateFunctionCode UpdateFunctionConfiguration PutFunctionConcurrency DeleteFunctionConcurrency DeleteFunction TagResource UntagResource ListTags',
  ),
  'AWS::Lambda::Permission': row('lambda', 'function:NAME-orders', 'AddPermission GetPolicy RemovePermission'),
  'AWS::Lambda::Url': row(
    'lambda',
    'function:NAME-orders',
    'CreateFunctionUrlConfig GetFunctionUrlConfig UpdateFunctionUrlConfig DeleteFunctionUrlConfig',
  ),
  'AWS::Lambda::Version': row(
    'lambda',
    ['function:NAME-orders', 'function:NAME-orders:1'],
    'PublishVersion GetFunctionConfiguration ListVersionsByFunction DeleteFunction',
  ),
  'AWS::Logs::LogGroup': row(
    'logs',
    ['log-group:/aws/lambda/NAME-orders', 'log-group:/aws/ecs/NAME'],
    'CreateLogGroup DescribeLogGroups PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey DeleteLogGroup TagResource UntagResource ListTagsForResource GetDataProtectionPolicy DescribeIndexPolicies',
  ),
  'AWS::Logs::QueryDefinition': row(
    'logs',
    'query-definition:1',
    'PutQueryDefinition DescribeQueryDefinitions DeleteQueryDefinition',
  ),
  'AWS::RDS::DBCluster': row(
    'rds',
    ['cluster:NAME-ledger', 'cluster-pg:NAME-ledger', 'subgrp:NAME-ledger'],
    'CreateDBCluster DescribeDBClusters ModifyDBCluster DeleteDBCluster AddTagsToResource RemoveTagsFromResource DescribeEvents',
  ),
  'AWS::RDS::DBClusterParameterGroup': row(
    'rds',
    'cluster-pg:NAME-ledger',
    'CreateDBClusterParameterGroup DescribeDBClusterParameterGroups DescribeDBClusterParameters DescribeEngineDefaultClusterParameters ModifyDBClusterParameterGroup ResetDBClusterParameterGroup DeleteDBClusterParameterGroup AddTagsToResource RemoveTagsFromResource ListTagsForResource',
  ),
  'AWS::RDS::DBInstance': row(
    'rds',
    [
      'db:NAME-writer',
      'cluster:NAME-ledger',
      'subgrp:NAME-ledger',
      'og:default:aurora-postgresql-17',
      'pg:default.aurora-postgresql17',
    ],
    'CreateDBInstance DescribeDBInstances ModifyDBInstance RebootDBInstance DeleteDBInstance DescribeEvents',
  ),
  'AWS::RDS::DBProxy': row(
    'rds',
    'db-proxy:prx-1',
    'CreateDBProxy DescribeDBProxies ModifyDBProxy DeleteDBProxy AddTagsToResource RemoveTagsFromResource ListTagsForResource',
  ),
  'AWS::RDS::DBProxyTargetGroup': row(
    'rds',
    ['target-group:prx-tg-1', 'db-proxy:prx-1', 'cluster:NAME-ledger', 'db:NAME-writer'],
    'DescribeDBProxyTargetGroups DescribeDBProxyTargets ModifyDBProxyTargetGroup RegisterDBProxyTargets DeregisterDBProxyTargets',
  ),
  'AWS::RDS::DBSubnetGroup': row(
    'rds',
    'subgrp:NAME-ledger',
    'CreateDBSubnetGroup DescribeDBSubnetGroups ModifyDBSubnetGroup DeleteDBSubnetGroup AddTagsToResource RemoveTagsFromResource ListTagsForResource',
  ),
  'AWS::SNS::Subscription': row(
    'sns',
    'NAME-events',
    'Subscribe GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe ListSubscriptionsByTopic',
  ),
  'AWS::SNS::Topic': row(
    'sns',
    'NAME-events',
    'CreateTopic GetTopicAttributes SetTopicAttributes DeleteTopic TagResource UntagResource ListTagsForResource ListSubscriptionsByTopic GetDataProtectionPolicy',
  ),
  'AWS::SNS::TopicPolicy': row('sns', 'NAME-events', 'SetTopicAttributes GetTopicAttributes'),
  'AWS::SQS::Queue': row(
    'sqs',
    'NAME-orders',
    'CreateQueue GetQueueUrl GetQueueAttributes SetQueueAttributes DeleteQueue TagQueue UntagQueue ListQueueTags',
  ),
  'AWS::SQS::QueuePolicy': row('sqs', 'NAME-orders', 'SetQueueAttributes GetQueueAttributes'),
  'AWS::SSM::Parameter': row(
    'ssm',
    'parameter/APP/STAGE/bindings/orders',
    'PutParameter GetParameters DeleteParameter AddTagsToResource RemoveTagsFromResource ListTagsForResource',
  ),
  'AWS::Scheduler::Schedule': row(
    'scheduler',
    'schedule/NAME/NAME-nightly',
    'CreateSchedule GetSchedule UpdateSchedule DeleteSchedule',
  ),
  'AWS::Scheduler::ScheduleGroup': row(
    'scheduler',
    ['schedule-group/NAME', 'schedule/NAME/NAME-nightly'],
    'CreateScheduleGroup GetScheduleGroup DeleteScheduleGroup TagResource UntagResource ListTagsForResource',
  ),
  'AWS::SecretsManager::Secret': row(
    'secretsmanager',
    'secret:APP/STAGE/key-AbCdEf',
    'CreateSecret DescribeSecret UpdateSecret DeleteSecret TagResource UntagResource',
  ),
};

/** Further actions that some services take for their caller when they make a resource. */
export const BESIDES: Readonly<Record<string, readonly DeploymentActions[]>> = {
  // RDS user guide, "Permissions required for Secrets Manager integration".
  'AWS::RDS::DBCluster': [
    row('secretsmanager', 'secret:rds!cluster-1-AbCdEf', 'CreateSecret TagResource'),
    row('kms', 'key/1', 'DescribeKey'),
    row('rds', 'og:default:aurora-postgresql-17', 'CreateDBCluster'),
    row('iam', 'role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS', 'CreateServiceLinkedRole'),
  ],
  // The create handler of the type.
  'AWS::ElastiCache::ServerlessCache': [
    row('ec2', ['vpc-endpoint/1', 'vpc/1', 'subnet/1', 'security-group/1'], 'CreateVpcEndpoint CreateTags'),
    row(
      'iam',
      'role/aws-service-role/elasticache.amazonaws.com/AWSServiceRoleForElastiCache',
      'CreateServiceLinkedRole',
    ),
  ],
  'AWS::ApplicationAutoScaling::ScalableTarget': [
    row(
      'iam',
      'role/aws-service-role/lambda.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency',
      `CreateServiceLinkedRole ${ROLE}`,
    ),
  ],
  'AWS::DSQL::Cluster': [
    row('iam', 'role/aws-service-role/dsql.amazonaws.com/AWSServiceRoleForAuroraDsql', 'CreateServiceLinkedRole'),
  ],
};
