import { createHash } from 'node:crypto';
import { S3 } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusal, settings } from './dynamodb-endpoint.ts';
import { eventually } from './eventually.ts';

// Sources: S3 user guide ("How S3 Versioning works", "Multipart upload limits", "Event message
// structure") and the API reference of the operations.

const Bucket = 'payloads';
let aws: LocalAws;
let s3: S3;
beforeAll(async () => {
  aws = await startLocalAws({ clock: createClock(() => Date.UTC(2026, 10, 20, 12)) });
  s3 = new S3(settings(aws.url));
});
afterAll(() => aws.close());
beforeEach(async () => {
  aws.reset();
  await s3.createBucket({ Bucket });
});

const text = async (Key: string, VersionId?: string) =>
  (await s3.getObject({ Bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) })).Body?.transformToString();

describe('versions', () => {
  const version = (Status: 'Enabled' | 'Suspended') =>
    s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status } });

  it('are kept from when they are enabled, and listed with delete markers', async () => {
    expect((await s3.getBucketVersioning({ Bucket })).Status).toBeUndefined();
    await s3.putObject({ Bucket, Key: 'a', Body: 'before' });
    await version('Enabled');
    expect((await s3.getBucketVersioning({ Bucket })).Status).toBe('Enabled');
    const second = await s3.putObject({ Bucket, Key: 'a', Body: 'second' });
    expect(second.VersionId).toEqual(expect.any(String));
    expect([await text('a'), await text('a', 'null'), await text('a', second.VersionId)]).toEqual([
      'second',
      'before',
      'second',
    ]);
    const marker = await s3.deleteObject({ Bucket, Key: 'a' });
    expect(marker.DeleteMarker).toBe(true);
    expect((await refusal(text('a'))).name).toBe('NoSuchKey');
    expect((await refusal(text('a', marker.VersionId))).name).toBe('MethodNotAllowed');
    expect((await refusal(text('a', 'x'))).name).toBe('NoSuchVersion');
    const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
    expect(Versions.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [second.VersionId, false],
      ['null', false],
    ]);
    expect(DeleteMarkers).toMatchObject([{ Key: 'a', VersionId: marker.VersionId, IsLatest: true }]);
    expect((await s3.listObjectsV2({ Bucket })).KeyCount).toBe(0);
  });

  it('come back when a marker or a newer version is deleted for good', async () => {
    await version('Enabled');
    const first = await s3.putObject({ Bucket, Key: 'a', Body: 'first' });
    const second = await s3.putObject({ Bucket, Key: 'a', Body: 'second' });
    const { VersionId } = await s3.deleteObject({ Bucket, Key: 'a' });
    await s3.deleteObjects({ Bucket, Delete: { Objects: [{ Key: 'a', VersionId }] } });
    expect(await text('a')).toBe('second');
    await s3.deleteObject({ Bucket, Key: 'a', VersionId: second.VersionId });
    expect(await text('a')).toBe('first');
    expect((await refusal(s3.deleteBucket({ Bucket }))).name).toBe('BucketNotEmpty');
    await s3.deleteObject({ Bucket, Key: 'a', VersionId: first.VersionId });
    await s3.deleteBucket({ Bucket });
  });

  it('are copied by their id, and replaced as null while suspended', async () => {
    await version('Enabled');
    const first = await s3.putObject({ Bucket, Key: 'a', Body: 'first' });
    await s3.putObject({ Bucket, Key: 'a', Body: 'second' });
    const CopySource = `${Bucket}/a?versionId=${first.VersionId}`;
    const copied = await s3.copyObject({ Bucket, Key: 'b', CopySource });
    expect(copied.CopySourceVersionId).toBe(first.VersionId);
    expect(await text('b')).toBe('first');
    await version('Suspended');
    await s3.putObject({ Bucket, Key: 'a', Body: 'third' });
    await s3.putObject({ Bucket, Key: 'a', Body: 'fourth' });
    expect(await text('a', 'null')).toBe('fourth');
    expect((await s3.listObjectVersions({ Bucket, Prefix: 'a' })).Versions).toHaveLength(3);
  });

  it('are listed in pages', async () => {
    await version('Enabled');
    for (const Key of ['a', 'b']) for (const Body of ['1', '2']) await s3.putObject({ Bucket, Key, Body });
    const first = await s3.listObjectVersions({ Bucket, MaxKeys: 3 });
    expect(first.Versions?.map(({ Key }) => Key)).toEqual(['a', 'a', 'b']);
    const second = await s3.listObjectVersions({
      Bucket,
      KeyMarker: first.NextKeyMarker,
      VersionIdMarker: first.NextVersionIdMarker,
    });
    expect(second.Versions?.map(({ Key }) => Key)).toEqual(['b']);
    expect(second.IsTruncated).toBe(false);
  });
});

describe('multipart uploads', () => {
  const Key = 'large file';
  const MIB = 1024 * 1024;
  const start = async (more: object = {}) =>
    (await s3.createMultipartUpload({ Bucket, Key, ContentType: 'text/x', Metadata: { a: 'b' }, ...more })).UploadId;
  const part = async (UploadId: string | undefined, PartNumber: number, Body: Buffer) => {
    const { ETag, ChecksumCRC32 } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber, Body });
    return { PartNumber, ETag, ChecksumCRC32 };
  };

  it('become one object of their parts', async () => {
    const UploadId = await start({ ChecksumAlgorithm: 'CRC32' });
    const bodies = [Buffer.alloc(5 * MIB, 'a'), Buffer.from('tail')];
    const Parts = [await part(UploadId, 1, bodies[0] as Buffer), await part(UploadId, 7, bodies[1] as Buffer)];
    const listed = await s3.listParts({ Bucket, Key, UploadId });
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5 * MIB],
      [7, 4],
    ]);
    const done = await s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
    const digests = bodies.map((body) => createHash('md5').update(body).digest());
    const ETag = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-2"`;
    expect(done).toMatchObject({ Bucket, Key, ETag, ChecksumType: 'COMPOSITE' });
    expect(done.ChecksumCRC32).toMatch(/-2$/);
    expect(await s3.headObject({ Bucket, Key })).toMatchObject({
      ContentLength: 5 * MIB + 4,
      ContentType: 'text/x',
      Metadata: { a: 'b' },
      ETag,
    });
    expect(await (await s3.getObject({ Bucket, Key, Range: 'bytes=-6' })).Body?.transformToString()).toBe('aatail');
    expect((await refusal(s3.listParts({ Bucket, Key, UploadId }))).name).toBe('NoSuchUpload');
  });

  it('are listed, and gone when aborted', async () => {
    const UploadId = await start();
    expect((await s3.listMultipartUploads({ Bucket })).Uploads).toMatchObject([{ Key, UploadId }]);
    await s3.abortMultipartUpload({ Bucket, Key, UploadId });
    expect((await s3.listMultipartUploads({ Bucket })).Uploads).toBeUndefined();
    expect((await refusal(part(UploadId, 1, Buffer.from('x')))).name).toBe('NoSuchUpload');
  });

  it('take parts of other objects', async () => {
    await s3.putObject({ Bucket, Key: 'source', Body: '0123456789' });
    const UploadId = await start();
    const { CopyPartResult } = await s3.uploadPartCopy({
      Bucket,
      Key,
      UploadId,
      PartNumber: 1,
      CopySource: `${Bucket}/source`,
      CopySourceRange: 'bytes=2-4',
    });
    const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
    await s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
    expect(await text(Key)).toBe('234');
  });

  it('refuse parts that are small, missing or out of order', async () => {
    const UploadId = await start();
    const first = await part(UploadId, 1, Buffer.from('small'));
    const second = await part(UploadId, 2, Buffer.from('tail'));
    const complete = (...Parts: object[]) =>
      refusal(s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } })).then(
        ({ name }) => name,
      );
    expect(await complete(first, second)).toBe('EntityTooSmall');
    expect(await complete(second, first)).toBe('InvalidPartOrder');
    expect(await complete({ PartNumber: 3, ETag: second.ETag })).toBe('InvalidPart');
    expect((await refusal(part(UploadId, 10_001, Buffer.from('x')))).name).toBe('InvalidArgument');
  });
});

describe('notifications', () => {
  const sqs = () => new SQSClient(settings(aws.url));
  const queue = async (QueueName: string) => {
    const { QueueUrl } = await sqs().send(new CreateQueueCommand({ QueueName }));
    return { QueueUrl, arn: `arn:aws:sqs:eu-west-1:123456789012:${QueueName}` };
  };
  const receive = async (QueueUrl: string | undefined) => {
    const answer = await sqs().send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    return (answer.Messages ?? []).map(({ Body = '{}' }) => JSON.parse(Body));
  };

  it('reach a queue, first of all a test event', async () => {
    const { QueueUrl, arn } = await queue('events');
    const Filter = { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'in/' }] } };
    await s3.putBucketNotificationConfiguration({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [
          { Id: 'made', QueueArn: arn, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'], Filter },
        ],
      },
    });
    const { QueueConfigurations = [] } = await s3.getBucketNotificationConfiguration({ Bucket });
    expect(QueueConfigurations).toMatchObject([{ Id: 'made', QueueArn: arn }]);
    expect(await receive(QueueUrl)).toMatchObject([{ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket }]);
    await s3.putObject({ Bucket, Key: 'out/x', Body: 'x' });
    await s3.putObject({ Bucket, Key: 'in/a b', Body: 'abc' });
    const [created] = await receive(QueueUrl);
    expect(created.Records).toMatchObject([
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-west-1',
        eventName: 'ObjectCreated:Put',
        s3: {
          configurationId: 'made',
          bucket: { name: Bucket, arn: `arn:aws:s3:::${Bucket}` },
          object: { key: 'in/a+b', size: 3, eTag: createHash('md5').update('abc').digest('hex') },
        },
      },
    ]);
    await s3.deleteObject({ Bucket, Key: 'in/a b' });
    expect((await receive(QueueUrl))[0].Records[0].eventName).toBe('ObjectRemoved:Delete');
  });

  it('reach topics and functions', async () => {
    const { QueueUrl, arn } = await queue('news');
    const sns = new SNSClient(settings(aws.url));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arn }));
    const LambdaFunctionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:resize';
    const invoked: unknown[] = [];
    aws.functions.register(LambdaFunctionArn, async (event) => void invoked.push(event));
    const Events = ['s3:ObjectCreated:Put' as const];
    await s3.putBucketNotificationConfiguration({
      Bucket,
      NotificationConfiguration: {
        TopicConfigurations: [{ TopicArn, Events }],
        LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events }],
      },
    });
    await s3.putObject({ Bucket, Key: 'a', Body: 'x' });
    await eventually(() => expect(invoked).toMatchObject([{ Records: [{ eventName: 'ObjectCreated:Put' }] }]));
    const messages = [...(await receive(QueueUrl)), ...(await receive(QueueUrl))];
    expect(messages.map(({ Subject }) => Subject)).toEqual(['Amazon S3 Notification', 'Amazon S3 Notification']);
  });

  it('are refused for a destination that does not exist', async () => {
    const QueueArn = 'arn:aws:sqs:eu-west-1:123456789012:absent';
    const put = s3.putBucketNotificationConfiguration({
      Bucket,
      NotificationConfiguration: { QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*'] }] },
    });
    expect(await refusal(put)).toMatchObject({
      name: 'InvalidArgument',
      message: 'Unable to validate the following destination configurations',
    });
  });

  it('that fail leave a line in the call log, and the endpoint runs on', async () => {
    const LambdaFunctionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:broken';
    aws.functions.register(LambdaFunctionArn, async () => {
      throw new Error('broken');
    });
    await s3.putBucketNotificationConfiguration({
      Bucket,
      NotificationConfiguration: {
        LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events: ['s3:ObjectCreated:*'] }],
      },
    });
    await s3.putObject({ Bucket, Key: 'a', Body: 'x' });
    await eventually(() => expect(aws.calls({ service: 's3', operation: 'Background' })).toHaveLength(1));
  });
});

describe('headers', () => {
  it.each<[object, string]>([
    [{ Tagging: 'a=b' }, 'x-amz-tagging'],
    [{ ACL: 'public-read' }, 'x-amz-acl: public-read'],
    [{ ObjectLockLegalHoldStatus: 'ON' }, 'x-amz-object-lock-legal-hold'],
    [{ SSECustomerAlgorithm: 'AES256' }, 'x-amz-server-side-encryption-customer-algorithm'],
  ])('that are not carried out are refused by name: %o', async (more, header) => {
    const refused = await refusal(s3.putObject({ Bucket, Key: 'a', Body: 'x', ...more }));
    expect(refused.name).toBe('NotImplemented');
    expect(refused.message).toContain(header);
  });

  it('of encryption are kept, and another owner is refused', async () => {
    const more = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/a' } as const;
    expect(await s3.putObject({ Bucket, Key: 'a', Body: 'x', ...more })).toMatchObject(more);
    expect(await s3.headObject({ Bucket, Key: 'a' })).toMatchObject(more);
    const other = s3.getObject({ Bucket, Key: 'a', ExpectedBucketOwner: '999999999999' });
    expect((await refusal(other)).name).toBe('AccessDenied');
  });
});
