import type { Input, Operations } from './operation.ts';
import { named, text } from './operation.ts';

export const LAMBDA: Operations = {
  Invoke: { actions: ['lambda:InvokeFunction'] },
  ...named('lambda', ['AddPermission', 'GetPolicy', 'RemovePermission'], {
    keys: ({ Principal }) => ({ 'lambda:Principal': text(Principal) }),
  }),
};

/** A member may hold the name or the ARN. */
const clusterArn = (cluster: unknown, resource: string) => {
  if (String(cluster).startsWith('arn:')) return String(cluster);
  const [, partition, region, account] = /^arn:([^:]+):ecs:([^:]*):(\d*):/.exec(resource) ?? [];
  return partition === undefined
    ? undefined
    : `arn:${partition}:ecs:${region}:${account}:cluster/${text(cluster) ?? 'default'}`;
};

const cluster = {
  keys: (input: Input, { resource }: { readonly resource: string }) => ({
    'ecs:cluster': clusterArn(input.cluster, resource),
    'ecs:enable-execute-command': text(input.enableExecuteCommand),
  }),
};

export const ECS: Operations = {
  ...named('ecs', ['DescribeServices', 'DescribeTasks', 'StopTask'], cluster),
  ...named('ecs', ['ListTasks'], { ...cluster, unnamed: true }),
  ...named('ecs', ['DescribeTaskDefinition'], { unnamed: true }),
  RunTask: { actions: ['ecs:RunTask', 'iam:PassRole'], ...cluster },
};

export const SCHEDULER: Operations = {
  ...named('scheduler', ['DeleteSchedule', 'GetSchedule']),
  ...named('scheduler', ['ListSchedules'], { unnamed: true }),
  CreateSchedule: { actions: ['scheduler:CreateSchedule', 'iam:PassRole'] },
  UpdateSchedule: { actions: ['scheduler:UpdateSchedule', 'iam:PassRole'] },
};

/** The values that a pattern wants of `source` or `detail-type`. */
function wanted(pattern: unknown, member: string): string[] | undefined {
  try {
    const values: unknown = JSON.parse(String(pattern))[member];
    return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : undefined;
  } catch {
    return undefined;
  }
}

export const EVENTS: Operations = {
  ...named('events', ['DeleteRule', 'DescribeRule', 'ListTargetsByRule', 'RemoveTargets']),
  ...named('events', ['ListRules'], { unnamed: true }),
  PutRule: {
    actions: ['events:PutRule', 'iam:PassRole'],
    keys: ({ EventPattern }) => ({
      'events:source': wanted(EventPattern, 'source'),
      'events:detail-type': wanted(EventPattern, 'detail-type'),
    }),
  },
  PutTargets: {
    actions: ['events:PutTargets', 'iam:PassRole'],
    keys: ({ Targets }) => ({ 'events:TargetArn': (Targets as Input[] | undefined)?.map(({ Arn }) => String(Arn)) }),
  },
};

export const LOGS: Operations = {
  ...named('logs', [
    ...['CreateLogGroup', 'CreateLogStream', 'DeleteLogGroup', 'DeleteLogStream', 'DeleteRetentionPolicy'],
    ...['DescribeLogStreams', 'FilterLogEvents', 'GetLogEvents', 'ListTagsForResource', 'ListTagsLogGroup'],
    ...['PutLogEvents', 'PutRetentionPolicy', 'StartQuery', 'TagLogGroup', 'TagResource', 'UntagLogGroup'],
    ...['UntagResource', 'GetQueryResults', 'StopQuery'],
  ]),
  ...named('logs', ['DescribeLogGroups'], { unnamed: true }),
};

/** No action of CloudWatch that is here works on single resources. */
export const CLOUDWATCH: Operations = {
  ...named('cloudwatch', ['GetMetricData', 'GetMetricStatistics', 'ListMetrics']),
  ...named('cloudwatch', ['PutMetricData'], {
    keys: ({ Namespace }) => ({ 'cloudwatch:namespace': text(Namespace) }),
  }),
};

const assumes = (name: string) => ({
  actions: [`sts:${name}`, 'sts:TagSession', 'sts:SetSourceIdentity'],
  keys: (input: Input) => ({
    'sts:RoleSessionName': text(input.RoleSessionName),
    'sts:ExternalId': text(input.ExternalId),
    'sts:SourceIdentity': text(input.SourceIdentity),
    'sts:TransitiveTagKeys': (input.TransitiveTagKeys as string[] | undefined)?.map(String),
  }),
});

export const STS: Operations = {
  AssumeRole: assumes('AssumeRole'),
  AssumeRoleWithWebIdentity: assumes('AssumeRoleWithWebIdentity'),
  GetCallerIdentity: {
    actions: [],
    free: 'No permissions are required; not even an explicit deny counts (API reference of GetCallerIdentity)',
  },
  GetSessionToken: { actions: [], free: 'No permissions are required (API reference of GetSessionToken)' },
};

export const IAM: Operations = named(
  'iam',
  [
    ...['AttachRolePolicy', 'CreatePolicy', 'CreatePolicyVersion', 'CreateRole', 'DeletePolicy', 'DeletePolicyVersion'],
    ...['DeleteRole', 'DeleteRolePermissionsBoundary', 'DeleteRolePolicy', 'DetachRolePolicy', 'GetPolicy'],
    ...['GetPolicyVersion', 'GetRole', 'GetRolePolicy', 'ListAttachedRolePolicies', 'ListPolicyVersions'],
    ...['ListRolePolicies', 'ListRoleTags', 'ListRoles', 'PutRolePermissionsBoundary', 'PutRolePolicy', 'TagRole'],
    ...['UntagRole', 'UpdateAssumeRolePolicy', 'UpdateRole'],
  ],
  {
    keys: ({ PermissionsBoundary, PolicyArn }) => ({
      'iam:PermissionsBoundary': text(PermissionsBoundary),
      'iam:PolicyARN': text(PolicyArn),
    }),
  },
);
