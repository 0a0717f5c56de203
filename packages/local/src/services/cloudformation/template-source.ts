import { AwsCallError } from '../../client/aws-client.ts';
import { readBoolean, readString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { parseTemplate } from '../../provision/parse-template.ts';
import { expandSam, isSam } from '../../provision/sam/expand-sam.ts';
import type { ReadTemplate } from '../../provision/template.ts';
import { readTemplate } from '../../provision/template.ts';
import { LIMITS } from '../../provision/template-limits.ts';
import { messageOf, validationError } from './errors.ts';
import { stackClient } from './operation.ts';
import type { Stack } from './stack-store.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Template {
  /** As it came. */
  readonly body: string;
  readonly raw: Fields;
  readonly read: ReadTemplate;
}

const formatError = (reason: string) => validationError(`Template format error: ${reason}`);

/** @throws ServiceError `ValidationError` */
export async function readBody(body: string): Promise<Template> {
  let raw: unknown;
  try {
    raw = await parseTemplate(body);
  } catch (error) {
    const [, kind = 'YAML'] = /is not (JSON|YAML)/.exec(messageOf(error)) ?? [];
    throw formatError(`${kind} not well-formed. (${messageOf(error)})`);
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw formatError('unsupported structure.');
  const fields = raw as Fields; // an object by the line above
  // In YAML, `Resources:` without members is null.
  if (Object.keys(fields.Resources ?? {}).length === 0) {
    throw formatError('At least one Resources member must be defined.');
  }
  let read: ReadTemplate;
  try {
    read = readTemplate(fields);
  } catch (error) {
    throw formatError(messageOf(error).replace('Cannot read the template: ', ''));
  }
  if (read.resources.length > LIMITS.resources) {
    throw formatError(
      `Number of resources, ${read.resources.length}, is greater than maximum allowed, ${LIMITS.resources}`,
    );
  }
  return { body, raw: fields, read };
}

/** The path of an object in the endpoint's S3, from a URL in any style. */
function objectPath(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw validationError(`TemplateURL must reference a valid S3 object to which you have access.`);
  }
  // A bucket's name stands before `.s3.`, of AWS's hosts only.
  const bucket = /^(.+)\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$/.exec(parsed.hostname)?.[1];
  return `${bucket === undefined ? '' : `/${bucket}`}${parsed.pathname}`;
}

async function fetchTemplate(url: string, context: CallContext): Promise<string> {
  try {
    return await stackClient(context, undefined).s3('GetObject', 'GET', objectPath(url));
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    throw validationError(
      error.code === 'AccessDenied'
        ? 'S3 error: Access Denied'
        : `S3 error: The specified ${error.code === 'NoSuchBucket' ? 'bucket' : 'key'} does not exist.`,
    );
  }
}

/**
 * The text of a call's template, undefined where it gives none. `previous` is the stack's, for
 * `UsePreviousTemplate`.
 *
 * @throws ServiceError `ValidationError`
 */
export async function readSource(
  input: Record<string, unknown>,
  context: CallContext,
  previous?: Stack,
): Promise<string | undefined> {
  const body = readString(input, 'TemplateBody', { min: 1 });
  const url = readString(input, 'TemplateURL', { min: 1, max: 5120 });
  const usePrevious = readBoolean(input, 'UsePreviousTemplate') ?? false;
  if ([body, url, usePrevious ? '' : undefined].filter((source) => source !== undefined).length > 1) {
    throw validationError('Only one of TemplateBody, TemplateURL and UsePreviousTemplate may be specified.');
  }
  if (body !== undefined) {
    const bytes = Buffer.byteLength(body);
    if (bytes > LIMITS.inlineBytes) {
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${LIMITS.inlineBytes}`,
      );
    }
    return body;
  }
  if (url !== undefined) {
    const text = await fetchTemplate(url, context);
    if (Buffer.byteLength(text) > LIMITS.bytes) {
      throw validationError(`Template may not exceed ${LIMITS.bytes} bytes in size.`);
    }
    return text;
  }
  return usePrevious ? previous?.settings.body : undefined;
}

/** @throws ServiceError `ValidationError` where the call gives no template */
export async function requireTemplate(
  input: Record<string, unknown>,
  context: CallContext,
  previous?: Stack,
): Promise<Template> {
  const body = await readSource(input, context, previous);
  if (body === undefined) throw validationError('Either Template URL or Template Body must be specified.');
  return readBody(body);
}

/** The template with its transform carried out, in JSON; the text itself where it has none. */
export const processedBody = ({ raw, body }: Template) => (isSam(raw) ? JSON.stringify(expandSam(raw)) : body);

export const declaredTransforms = ({ raw }: Template): string[] => [raw.Transform ?? []].flat().map(String);

/** Source: "IAM resources that require CAPABILITY_IAM" in the API reference of CreateStack. */
const IAM_TYPES = [
  'AWS::IAM::AccessKey',
  'AWS::IAM::Group',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::IAM::User',
  'AWS::IAM::UserToGroupAddition',
];
const IAM_NAMES = ['GroupName', 'InstanceProfileName', 'ManagedPolicyName', 'RoleName', 'UserName'];

/** The capability that a template needs for its resources of IAM, and those resources. */
export function iamCapability({ read }: Template) {
  const found = read.resources.filter(({ type }) => IAM_TYPES.includes(type));
  if (found.length === 0) return undefined;
  const isNamed = found.some(
    ({ type, properties }) =>
      // These two name what they are for, not themselves.
      type !== 'AWS::IAM::AccessKey' &&
      type !== 'AWS::IAM::UserToGroupAddition' &&
      IAM_NAMES.some((name) => properties[name] !== undefined),
  );
  const types = [...new Set(found.map(({ type }) => type))];
  return { capability: isNamed ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM', types };
}

/** The capability that a call must give and does not. */
export function missingCapability(template: Template, given: readonly string[], isChangeSet: boolean) {
  // A change set shows what a macro makes, so it may be executed (API reference of CreateStack).
  if (!isChangeSet && declaredTransforms(template).length > 0 && !given.includes('CAPABILITY_AUTO_EXPAND')) {
    return 'CAPABILITY_AUTO_EXPAND';
  }
  const needed = iamCapability(template)?.capability;
  if (needed === undefined || given.includes('CAPABILITY_NAMED_IAM')) return undefined;
  return given.includes(needed) ? undefined : needed;
}
