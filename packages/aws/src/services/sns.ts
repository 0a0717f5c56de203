import { encodeUri } from '../lean/signing/canonical-uri.ts';
import type { PublishEntry } from '../operations/sns.ts';
import type { BatchFailure } from '../operations/sqs.ts';
import type { Accesses, AwsService, Protocol } from './aws-service.ts';
import { toBase64 } from './blob.ts';
import type { Attributes } from './message-attributes.ts';
import type { XmlElement } from './xml.ts';
import { parseXml, xmlAt } from './xml.ts';

type Publish = Omit<PublishEntry, 'Id'> & { TopicArn: string };
interface PublishBatch {
  TopicArn: string;
  PublishBatchRequestEntries: PublishEntry[];
}

const VERSION = '2010-03-31';

/**
 * Codes whose name in the SDK is not `<code>Exception`; the rest of SNS's own are in the
 * set below.
 */
const QUERY_NAMES: Readonly<Record<string, string>> = {
  ParameterValueInvalid: 'InvalidParameterValueException',
  KMSOptInRequired: 'KMSOptInRequired',
  ValidationException: 'ValidationException',
};
const SUFFIXED = new Set([
  'AuthorizationError',
  'BatchEntryIdsNotDistinct',
  'BatchRequestTooLong',
  'ConcurrentAccess',
  'EmptyBatchRequest',
  'EndpointDisabled',
  'FilterPolicyLimitExceeded',
  'InternalError',
  'InvalidBatchEntryId',
  'InvalidParameter',
  'InvalidSecurity',
  'InvalidState',
  'KMSAccessDenied',
  'KMSDisabled',
  'KMSInvalidState',
  'KMSNotFound',
  'KMSThrottling',
  'NotFound',
  'OptedOut',
  'PlatformApplicationDisabled',
  'ReplayLimitExceeded',
  'ResourceNotFound',
  'StaleTag',
  'SubscriptionLimitExceeded',
  'TagLimitExceeded',
  'TagPolicy',
  'Throttled',
  'TooManyEntriesInBatchRequest',
  'TopicLimitExceeded',
  'UserError',
]);

/** The AWS Query protocol: a form out, XML back. */
const protocol: Protocol = {
  headers: () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
  encode: (operation, input) => {
    const form: string[] = [`Action=${operation}`, `Version=${VERSION}`];
    if (operation === 'Publish')
      publishForm(form, '', input as Publish); // the port's types pair operation and input
    else batchForm(form, input as PublishBatch);
    return form.join('&');
  },
  decode: (operation, body) => {
    const result = xmlAt(parseXml(body), `${operation}Result`);
    if (!result) throw new SyntaxError(`no ${operation}Result`);
    if (operation === 'Publish') return texts(result, ['MessageId', 'SequenceNumber']);
    const successful = members(result, 'Successful');
    const failed = members(result, 'Failed');
    return {
      ...(successful ? { Successful: successful.map((one) => texts(one, ['Id', 'MessageId', 'SequenceNumber'])) } : {}),
      ...(failed ? { Failed: failed.map(toFailure) } : {}),
    };
  },
  decodeError: (body) => {
    if (body === '') return { code: undefined, message: undefined };
    const root = parseXml(body);
    const error = xmlAt(root, 'Error') ?? xmlAt(root, 'Errors', 'Error');
    const code = xmlAt(error, 'Code')?.text;
    const name = code !== undefined && SUFFIXED.has(code) ? `${code}Exception` : code;
    return {
      code: (name !== undefined && QUERY_NAMES[name]) || name,
      message: (xmlAt(error, 'Message') ?? xmlAt(error, 'message'))?.text,
    };
  },
};

/** Simple Notification Service. */
export const sns: AwsService<'sns'> = {
  name: 'sns',
  endpointVariable: 'AWS_ENDPOINT_URL_SNS',
  operations: { Publish: 'write', PublishBatch: 'write' } satisfies Accesses<'sns'>,
  protocol,
  loadSdk: async ({ open, missing }) => {
    try {
      return open(await import('@aws-sdk/client-sns'), 'SNSClient');
    } catch (error) {
      throw missing(error);
    }
  },
};

function publishForm(form: string[], prefix: string, entry: Partial<PublishEntry> & { TopicArn?: string }): void {
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== null) form.push(`${prefix}${name}=${encodeUri(String(value))}`);
  };
  put('Id', entry.Id);
  put('Message', entry.Message);
  put('TopicArn', entry.TopicArn);
  if (entry.MessageAttributes) attributesForm(form, `${prefix}MessageAttributes.entry.`, entry.MessageAttributes);
  put('MessageDeduplicationId', entry.MessageDeduplicationId);
  put('MessageGroupId', entry.MessageGroupId);
}

function batchForm(form: string[], { TopicArn, PublishBatchRequestEntries: entries }: PublishBatch): void {
  form.push(`TopicArn=${encodeUri(TopicArn)}`);
  if (entries.length === 0) form.push('PublishBatchRequestEntries=');
  for (const [index, entry] of entries.entries()) {
    publishForm(form, `PublishBatchRequestEntries.member.${index + 1}.`, entry);
  }
}

function attributesForm(form: string[], prefix: string, attributes: Attributes): void {
  for (const [index, [name, { DataType, StringValue, BinaryValue }]] of Object.entries(attributes).entries()) {
    const at = `${prefix}${index + 1}.`;
    form.push(`${at}Name=${encodeUri(name)}`, `${at}Value.DataType=${encodeUri(DataType)}`);
    if (StringValue !== undefined) form.push(`${at}Value.StringValue=${encodeUri(StringValue)}`);
    if (BinaryValue !== undefined) form.push(`${at}Value.BinaryValue=${encodeUri(toBase64(BinaryValue))}`);
  }
}

const members = (result: XmlElement, name: string) =>
  xmlAt(result, name)?.children.filter((one) => one.name === 'member');

function texts(element: XmlElement, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, text } of element.children) if (names.includes(name)) found[name] = text;
  return found;
}

function toFailure(element: XmlElement): BatchFailure {
  const { SenderFault, ...failure } = texts(element, ['Id', 'Code', 'Message', 'SenderFault']);
  return { ...failure, ...(SenderFault === undefined ? {} : { SenderFault: SenderFault === 'true' }) };
}
