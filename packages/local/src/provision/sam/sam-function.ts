import { createHash } from 'node:crypto';
import { expandEvent } from './sam-events.ts';
import type { Fields, Resources } from './sam-resource.ts';
import { fieldsOf, isFields, tagList, withResource } from './sam-resource.ts';

const RUN_BY_LAMBDA = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com'] }, Action: ['sts:AssumeRole'] }],
};

/** Managed policies by name or ARN, and documents. SAM's policy templates are kept as written. */
function rolePolicies(id: string, policies: unknown) {
  const given = policies === undefined ? [] : [policies].flat();
  const named = given.filter(
    (policy) => !isFields(policy) || Object.keys(policy).some((key) => /^(Ref|Fn::)/.test(key)),
  );
  const documents = given.filter((policy) => !named.includes(policy));
  return {
    ManagedPolicyArns: [
      'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
      ...named.map((name) =>
        typeof name === 'string' && !name.startsWith('arn:') ? `arn:aws:iam::aws:policy/${name}` : name,
      ),
    ],
    ...(documents.length === 0
      ? {}
      : {
          Policies: documents.map((PolicyDocument, index) => ({
            PolicyName: `${id}RolePolicy${index}`,
            PolicyDocument,
          })),
        }),
  };
}

/** The version and the alias that `AutoPublishAlias` asks for. */
function published(id: string, resource: Fields, alias: unknown, code: unknown): Resources {
  if (typeof alias !== 'string') return {};
  const hash = createHash('sha256')
    .update(JSON.stringify(code) ?? '')
    .digest('hex')
    .slice(0, 10);
  const version = `${id}Version${hash}`;
  return {
    ...withResource(version, resource, 'AWS::Lambda::Version', { FunctionName: { Ref: id } }),
    ...withResource(`${id}Alias${alias.replace(/\W/g, '')}`, resource, 'AWS::Lambda::Alias', {
      Name: alias,
      FunctionName: { Ref: id },
      FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
    }),
  };
}

/** The function's code: a bucket's object as a map or a URL, inline text, or a local path. */
function codeOf({ CodeUri, InlineCode, ImageUri }: Fields): Fields {
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (ImageUri !== undefined) return { ImageUri };
  const [, S3Bucket, S3Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(String(CodeUri)) ?? [];
  if (S3Bucket !== undefined) return { S3Bucket, S3Key };
  if (!isFields(CodeUri)) return CodeUri === undefined ? {} : { CodeUri };
  const { Bucket, Key, Version } = CodeUri;
  return Bucket === undefined ? { CodeUri } : { S3Bucket: Bucket, S3Key: Key, S3ObjectVersion: Version };
}

/** `AWS::Serverless::Function`: the function, its role, its alias and what its events need. */
export function expandFunction(id: string, resource: Fields): Resources {
  const {
    AutoPublishAlias,
    CodeUri,
    DeadLetterQueue,
    Events,
    FunctionUrlConfig,
    ImageUri,
    InlineCode,
    Policies,
    Role,
    Tags,
    Tracing,
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
          AssumeRolePolicyDocument: RUN_BY_LAMBDA,
          ...rolePolicies(id, Policies),
        })
      : {}),
    ...published(id, resource, AutoPublishAlias, Code),
    ...(isFields(FunctionUrlConfig)
      ? withResource(`${id}Url`, resource, 'AWS::Lambda::Url', { ...FunctionUrlConfig, TargetFunctionArn: { Ref: id } })
      : {}),
    ...Object.assign(
      {},
      ...Object.entries(fieldsOf(Events)).map(([name, event]) => expandEvent(id, name, fieldsOf(event), resource)),
    ),
  };
}
