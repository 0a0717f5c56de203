import { createHash } from 'node:crypto';
import { policyOfTemplate } from './policy-templates.ts';
import { expandEvent } from './sam-events.ts';
import type { Fields, Resources } from './sam-resource.ts';
import { aliasId, fieldsOf, invoked, isFields, tagList, withoutUndefined, withResource } from './sam-resource.ts';

const RUN_BY_LAMBDA = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com'] }, Action: ['sts:AssumeRole'] }],
};

const SERVICE_ROLE = 'arn:aws:iam::aws:policy/service-role';

/** Managed policies that a role needs to poll for events, by the event's type. */
const POLLS: Readonly<Record<string, string>> = {
  DynamoDB: 'AWSLambdaDynamoDBExecutionRole',
  Kinesis: 'AWSLambdaKinesisExecutionRole',
  MSK: 'AWSLambdaMSKExecutionRole',
  SQS: 'AWSLambdaSQSQueueExecutionRole',
};

function pollPolicies(events: unknown): string[] {
  return Object.values(fieldsOf(events)).flatMap((event) => {
    const { Type, Properties } = fieldsOf(event);
    // SAM puts a queue between the topic and the function.
    const throughQueue = Type === 'SNS' && (fieldsOf(Properties).SqsSubscription ?? false) !== false;
    const policy = POLLS[throughQueue ? 'SQS' : String(Type)];
    return policy === undefined ? [] : [`${SERVICE_ROLE}/${policy}`];
  });
}

/** The ARN of a managed policy that a template may give by name. */
function managedArn(policy: unknown): unknown {
  if (typeof policy !== 'string' || policy.startsWith('arn:')) return policy;
  const isOfLambda = /^AWSLambda(\w*Role|ENIManagementAccess)$/.test(policy);
  return `${isOfLambda ? SERVICE_ROLE : 'arn:aws:iam::aws:policy'}/${policy}`;
}

/**
 * Managed policies, documents and SAM's policy templates. A template that is not known here stays
 * as
 * written, and the role gets a note.
 */
function rolePolicies(id: string, policies: unknown, events: unknown) {
  const given = policies === undefined ? [] : [policies].flat();
  const isManaged = (policy: unknown) =>
    !isFields(policy) || Object.keys(policy).some((key) => /^(Ref|Fn::)/.test(key));
  const Policies = given.flatMap((policy, index) => {
    if (!isFields(policy) || isManaged(policy)) return [];
    const isDocument = policy.Statement !== undefined;
    const PolicyDocument = isDocument ? policy : policyOfTemplate(policy, id);
    return [PolicyDocument === undefined ? policy : { PolicyName: `${id}RolePolicy${index}`, PolicyDocument }];
  });
  const arns = [`${SERVICE_ROLE}/AWSLambdaBasicExecutionRole`, ...pollPolicies(events), ...given.filter(isManaged)];
  return {
    ManagedPolicyArns: [...new Set(arns.map(managedArn))],
    ...(Policies.length === 0 ? {} : { Policies }),
  };
}

/** The version and the alias that `AutoPublishAlias` asks for. */
function published(id: string, resource: Fields, code: unknown): Resources {
  const { AutoPublishAlias, ProvisionedConcurrencyConfig, VersionDescription } = fieldsOf(resource.Properties);
  const alias = aliasId(id, AutoPublishAlias);
  if (alias === undefined) return {};
  const hash = createHash('sha256')
    .update(JSON.stringify(code) ?? '')
    .digest('hex')
    .slice(0, 10);
  const version = `${id}Version${hash}`;
  return {
    ...withResource(version, resource, 'AWS::Lambda::Version', {
      FunctionName: { Ref: id },
      Description: VersionDescription,
    }),
    ...withResource(alias, resource, 'AWS::Lambda::Alias', {
      Name: AutoPublishAlias,
      FunctionName: { Ref: id },
      FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
      ProvisionedConcurrencyConfig,
    }),
  };
}

/** A bucket's object that is given as a URL or a map; undefined for another value. */
export function contentOf(uri: unknown): Fields | undefined {
  const [, S3Bucket, S3Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(String(uri)) ?? [];
  if (S3Bucket !== undefined) return { S3Bucket, S3Key };
  const { Bucket, Key, Version } = fieldsOf(uri);
  if (Bucket === undefined) return undefined;
  return withoutUndefined({ S3Bucket: Bucket, S3Key: Key, S3ObjectVersion: Version });
}

/** The function's code: a bucket's object as a map or a URL, inline text, or a local path. */
function codeOf({ CodeUri, InlineCode, ImageUri }: Fields): Fields {
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (ImageUri !== undefined) return { ImageUri };
  return contentOf(CodeUri) ?? (CodeUri === undefined ? {} : { CodeUri });
}

/** `AWS::Serverless::Function`: the function, its role, its alias and what its events need. */
export function expandFunction(id: string, resource: Fields): Resources {
  const {
    AssumeRolePolicyDocument = RUN_BY_LAMBDA,
    AutoPublishAlias: _alias,
    CodeUri,
    DeadLetterQueue,
    Events,
    FunctionUrlConfig,
    ImageUri,
    InlineCode,
    PermissionsBoundary,
    Policies,
    ProvisionedConcurrencyConfig: _concurrency,
    Role,
    RolePath,
    Tags,
    Tracing,
    VersionDescription: _description,
    ...others
  } = fieldsOf(resource.Properties);
  const Code = codeOf({ CodeUri, InlineCode, ImageUri });
  const { TargetArn } = fieldsOf(DeadLetterQueue);
  return {
    ...withResource(id, resource, 'AWS::Lambda::Function', {
      ...others,
      ...tagList({ 'lambda:createdBy': 'SAM', ...fieldsOf(Tags) }),
      Code,
      Role: Role ?? { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
      DeadLetterConfig: TargetArn === undefined ? undefined : { TargetArn },
      TracingConfig: Tracing === undefined ? undefined : { Mode: Tracing },
    }),
    ...(Role === undefined
      ? withResource(`${id}Role`, resource, 'AWS::IAM::Role', {
          AssumeRolePolicyDocument,
          Path: RolePath,
          PermissionsBoundary,
          ...rolePolicies(id, Policies, Events),
        })
      : {}),
    ...published(id, resource, Code),
    ...(isFields(FunctionUrlConfig)
      ? withResource(`${id}Url`, resource, 'AWS::Lambda::Url', {
          ...FunctionUrlConfig,
          TargetFunctionArn: invoked(id, resource).name,
        })
      : {}),
    ...Object.assign(
      {},
      ...Object.entries(fieldsOf(Events)).map(([name, event]) => expandEvent(id, name, fieldsOf(event), resource)),
    ),
  };
}
