import { randomUUID } from 'node:crypto';
import type { XmlElement } from '../../client/xml.ts';
import { parseXml, xmlAt } from '../../client/xml.ts';
import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import { publish } from '../sns/publishing.ts';
import { topicStore } from '../sns/topic.ts';
import { queueStore } from '../sqs/queue-store.ts';
import { sendToQueue } from '../sqs/send-to-queue.ts';
import { s3Error } from './errors.ts';
import type { Bucket, NotificationRule, S3Answer, S3Request, StoredObject } from './object-store.ts';
import { bucketOf, document, element, xmlAnswer } from './object-store.ts';

// Sources: user guide, "Amazon S3 Event Notifications", and "Event message structure".

type Destination = NotificationRule['kind'];

/** The elements of a configuration and of its destinations. */
const KINDS: ReadonlyArray<{ readonly kind: Destination; readonly configuration: string; readonly member: string }> = [
  { kind: 'queue', configuration: 'QueueConfiguration', member: 'Queue' },
  { kind: 'topic', configuration: 'TopicConfiguration', member: 'Topic' },
  { kind: 'function', configuration: 'CloudFunctionConfiguration', member: 'CloudFunction' },
];

/** Events that this endpoint sends. Rules for others are kept and never match. */
const EVENT =
  /^s3:(ObjectCreated|ObjectRemoved|ObjectRestore|ReducedRedundancyLostObject|Replication|LifecycleExpiration|LifecycleTransition|IntelligentTiering|ObjectTagging|ObjectAcl)(:[A-Za-z*]+)?$/;

const texts = (parent: XmlElement, name: string) =>
  parent.children.filter((child) => child.name === name).map(({ text }) => text.trim());

function readFilter(rule: XmlElement) {
  const rules = (xmlAt(rule, 'Filter', 'S3Key')?.children ?? []).map((entry) => {
    const name = xmlAt(entry, 'Name')?.text.toLowerCase() ?? '';
    if (name !== 'prefix' && name !== 'suffix') {
      throw s3Error('InvalidArgument', {}, 'filter rule name must be either prefix or suffix');
    }
    return [name, xmlAt(entry, 'Value')?.text ?? ''] as const;
  });
  const { prefix = '', suffix = '' }: { prefix?: string; suffix?: string } = Object.fromEntries(rules);
  return { prefix, suffix };
}

function readRules(body: Buffer): NotificationRule[] {
  let root: XmlElement;
  try {
    root = parseXml(body.toString());
  } catch {
    throw s3Error('MalformedXML');
  }
  if (root.name !== 'NotificationConfiguration') throw s3Error('MalformedXML');
  if (xmlAt(root, 'EventBridgeConfiguration') !== undefined) {
    throw s3Error(
      'NotImplemented',
      {},
      'Cannot answer s3 PutBucketNotificationConfiguration: the local endpoint does not implement EventBridgeConfiguration',
    );
  }
  return KINDS.flatMap(({ kind, configuration, member }) =>
    root.children
      .filter(({ name }) => name === configuration)
      .map((rule) => {
        const events = texts(rule, 'Event');
        if (events.length === 0 || !events.every((event) => EVENT.test(event))) {
          throw s3Error('InvalidArgument', {}, 'The event is not supported for notifications');
        }
        return {
          kind,
          id: xmlAt(rule, 'Id')?.text ?? randomUUID(),
          arn: xmlAt(rule, member)?.text.trim() ?? '',
          events,
          ...readFilter(rule),
        };
      }),
  );
}

const placeOf = (arn: string) => {
  const [, , , region = '', account = ''] = arn.split(':');
  return { region, account };
};

const ACTIONS: Readonly<Record<NotificationRule['kind'], string>> = {
  function: 'lambda:InvokeFunction',
  queue: 'sqs:SendMessage',
  topic: 'sns:Publish',
};

/** Whether S3 has a permission for the events of a bucket. */
const may =
  (bucket: string, { permits, region, account }: CallContext) =>
  (action: string, resource: string): boolean =>
    permits({
      from: 's3.amazonaws.com',
      action,
      resource,
      sourceArn: `arn:${partitionOf(region)}:s3:::${bucket}`,
      // A bucket's ARN has no account.
      sourceAccount: account,
      region,
    });

function isThere({ kind, arn }: NotificationRule, { storesOf, functions }: CallContext): boolean {
  const { account, region } = placeOf(arn);
  if (kind === 'function') return functions.has(arn);
  if (kind === 'queue') return storesOf(account, region).get(queueStore).byArn(arn) !== undefined;
  return storesOf(account, region).get(topicStore).topics.has(arn);
}

async function send(
  bucket: string,
  { kind, arn }: NotificationRule,
  event: object,
  context: CallContext,
): Promise<void> {
  const mayDo = may(bucket, context);
  if (kind !== 'queue' && !mayDo(ACTIONS[kind], arn)) return;
  const body = JSON.stringify(event);
  if (kind === 'function') {
    await context.functions.invoke(arn, event);
  } else if (kind === 'queue') {
    const draft = { body, attributes: {}, systemAttributes: {}, senderId: 's3.amazonaws.com' };
    sendToQueue(arn, draft, { storesOf: context.storesOf, may: mayDo });
  } else {
    const { region } = placeOf(arn);
    const there = { ...context, region, stores: context.storesOf(context.account, region), touches: () => {} };
    await publish({ TopicArn: arn, Message: body, Subject: 'Amazon S3 Notification' }, there);
  }
}

/** A change of an object. */
export interface ObjectEvent {
  /** Without `s3:`. */
  readonly name: string;
  readonly key: string;
  /** Undefined for a removal. */
  readonly object?: StoredObject | undefined;
  readonly versionId?: string | undefined;
}

const matches = (rule: NotificationRule, { name, key }: ObjectEvent) =>
  key.startsWith(rule.prefix) &&
  key.endsWith(rule.suffix) &&
  rule.events.some((event) => {
    const wanted = event.slice('s3:'.length);
    return wanted === name || (wanted.endsWith(':*') && name.startsWith(wanted.slice(0, -1)));
  });

/** Spaces become plus signs, as AWS writes keys in events. */
const encodeKey = (key: string) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');

function recordOf(bucket: Bucket, rule: NotificationRule, event: ObjectEvent, context: CallContext) {
  const { clock, region, account, requestId, principal } = context;
  const now = clock.now();
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: new Date(now).toISOString(),
    eventName: event.name,
    userIdentity: { principalId: `AWS:${principal.userId}` },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': `${requestId}/local` },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: rule.id,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: account },
        arn: `arn:${partitionOf(region)}:s3:::${bucket.name}`,
      },
      object: {
        key: encodeKey(event.key),
        ...(event.object === undefined ? {} : { size: event.object.body.length, eTag: event.object.etag.slice(1, -1) }),
        ...(event.versionId === undefined ? {} : { versionId: event.versionId }),
        sequencer: `${now.toString(16).toUpperCase().padStart(12, '0')}${requestId.replaceAll('-', '').slice(0, 4).toUpperCase()}`,
      },
    },
  };
}

/**
 * Sends an event to every destination whose rule matches. A failure goes to the log and the call
 * log.
 */
export function notify(bucket: Bucket, event: ObjectEvent, context: CallContext): void {
  for (const rule of bucket.notifications) {
    if (!matches(rule, event)) continue;
    context.background(() => send(bucket.name, rule, { Records: [recordOf(bucket, rule, event, context)] }, context));
  }
}

export function putBucketNotificationConfiguration(request: S3Request, context: CallContext): S3Answer {
  context.touches(`arn:aws:s3:::${request.bucket}`, 's3:PutBucketNotification');
  const bucket = bucketOf(request, context);
  const rules = readRules(request.http.body);
  const skips = request.http.headers['x-amz-skip-destination-validation'] === 'true';
  const missing = skips
    ? undefined
    : rules.find((rule) => !isThere(rule, context) || !may(bucket.name, context)(ACTIONS[rule.kind], rule.arn));
  if (missing !== undefined) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: missing.arn, ArgumentValue: 'The destination queue, topic or function does not exist' },
      'Unable to validate the following destination configurations',
    );
  }
  bucket.notifications = rules;
  // S3 sends a test event to queues and topics when a configuration is put.
  const event = {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(context.clock.now()).toISOString(),
    Bucket: bucket.name,
    RequestId: context.requestId,
    HostId: `${context.requestId}/local`,
  };
  for (const rule of rules)
    if (rule.kind !== 'function' && !skips) context.background(() => send(bucket.name, rule, event, context));
  return {};
}

export function getBucketNotificationConfiguration(request: S3Request, context: CallContext): S3Answer {
  context.touches(`arn:aws:s3:::${request.bucket}`, 's3:GetBucketNotification');
  const { notifications } = bucketOf(request, context);
  const rule = (name: string, value: string) =>
    value === '' ? [] : [element('FilterRule', [element('Name', name), element('Value', value)])];
  return xmlAnswer(
    document(
      'NotificationConfiguration',
      notifications.map(({ kind, id, arn, events, prefix, suffix }) => {
        const { configuration = '', member = '' } = KINDS.find((candidate) => candidate.kind === kind) ?? {};
        const filter = [...rule('Prefix', prefix), ...rule('Suffix', suffix)];
        return element(configuration, [
          element('Id', id),
          element(member, arn),
          ...events.map((event) => element('Event', event)),
          ...(filter.length > 0 ? [element('Filter', [element('S3Key', filter)])] : []),
        ]);
      }),
    ),
  );
}
