import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const Bucket = 'payloads';
let aws: LocalAws;
let s3: S3Client;
const settings = (endpoint: string) => ({
  endpoint,
  region: 'eu-west-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
beforeAll(async () => {
  aws = await startLocalAws({ clock: createClock(() => NOW) });
  s3 = new S3Client(settings(aws.url));
});
afterAll(() => aws.close());
beforeEach(async () => {
  aws.clock.set(NOW);
  aws.reset();
  await s3.send(new CreateBucketCommand({ Bucket }));
});

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    ({ name, $metadata }: { name: string; $metadata?: { httpStatusCode?: number } }) =>
      `${name} ${$metadata?.httpStatusCode}`,
  );
const put = (Key: string, Body: string | Buffer = Key, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: object = {}) => {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...answer, text: await answer.Body?.transformToString() };
};

/** A request as no SDK sends it. */
function send(method: string, path: string, headers: Record<string, string> = {}, body = '') {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=local/20261120/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=00';
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const request = httpRequest(`${aws.url}${path}`, { method, headers: { authorization, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('buckets', () => {
  it('are made, listed and deleted when empty', async () => {
    expect(await refusal(s3.send(new CreateBucketCommand({ Bucket })))).toBe('BucketAlreadyOwnedByYou 409');
    expect((await s3.send(new ListBucketsCommand({}))).Buckets).toEqual([
      { Name: Bucket, CreationDate: new Date(NOW) },
    ]);
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('eu-west-1');
    await put('a');
    expect(await refusal(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
    expect(await refusal(s3.send(new HeadBucketCommand({ Bucket })))).toBe('NotFound 404');
    expect(await refusal(put('a'))).toBe('NoSuchBucket 404');
  });

  it.each(['Abc', 'ab', 'a..b', '1.2.3.4', 'xn--a', '-ab'])('have no name like %s', async (name) => {
    expect(await refusal(s3.send(new CreateBucketCommand({ Bucket: name })))).toMatch(/^InvalidBucketName/);
  });

  it('are encrypted with keys of S3 by themselves', async () => {
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules).toEqual([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    ]);
    expect(await refusal(s3.send(new GetBucketEncryptionCommand({ Bucket: 'none' })))).toBe('NoSuchBucket 404');
  });

  it('have no access control lists here: 501', async () => {
    expect(await refusal(s3.send(new GetBucketAclCommand({ Bucket })))).toBe('NotImplemented 501');
  });
});

describe('objects', () => {
  it('come back as they went: bytes, type, metadata, ETag, checksum', async () => {
    const body = Buffer.from([0, 255, 10, 13, 0]);
    const md5 = createHash('md5').update(body).digest('hex');
    const stored = await put('a b/ü+&?.bin', body, {
      ContentType: 'application/x-test',
      ContentEncoding: 'gzip',
      CacheControl: 'no-store',
      Metadata: { order: '17' },
    });
    expect(stored.ETag).toBe(`"${md5}"`);
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key: 'a b/ü+&?.bin' }));
    expect(Buffer.from((await answer.Body?.transformToByteArray()) ?? [])).toEqual(body);
    expect(answer).toMatchObject({
      ContentType: 'application/x-test',
      ContentEncoding: 'gzip',
      CacheControl: 'no-store',
      Metadata: { order: '17' },
      ETag: `"${md5}"`,
      ContentLength: 5,
      LastModified: new Date(NOW),
      ChecksumCRC32: stored.ChecksumCRC32,
    });
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'a b/ü+&?.bin' }))).toMatchObject({ ContentLength: 5 });
  });

  it('of several mebibytes go in a stream with a trailing checksum', async () => {
    const body = Buffer.alloc(5_000_000, 'x');
    const { Readable } = await import('node:stream');
    await s3.send(
      new PutObjectCommand({ Bucket, Key: 'large', Body: Readable.from([body]), ContentLength: body.length }),
    );
    expect((await get('large')).text).toBe(body.toString());
    expect((await get('large')).ContentEncoding).toBeUndefined();
  });

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)('are checked by %s', async (ChecksumAlgorithm) => {
    await put('a', 'hello', { ChecksumAlgorithm });
    const name = `x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`;
    const wrong = await send('PUT', `/${Bucket}/b`, { [name]: 'AAAAAA==' }, 'hello');
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('<Code>BadDigest</Code>')]);
    expect(await refusal(get('b'))).toBe('NoSuchKey 404');
  });

  it.each([
    [{ 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'hello', 'BadDigest'],
    [{ 'content-md5': 'x' }, 'hello', 'InvalidDigest'],
    [{ 'x-amz-content-sha256': '0'.repeat(64) }, 'hello', 'XAmzContentSHA256Mismatch'],
    [{ 'content-encoding': 'aws-chunked' }, 'zz\r\n', 'IncompleteBody'],
    [{ 'content-encoding': 'aws-chunked' }, '5\r\nhel', 'IncompleteBody'],
    [
      { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '6' },
      '5\r\nhello\r\n0\r\n\r\n',
      'IncompleteBody',
    ],
    [{ 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-sha1': 'AA==' }, 'hello', 'InvalidRequest'],
    [{ 'x-amz-meta-a': 'x'.repeat(2048) }, 'hello', 'MetadataTooLarge'],
  ])('are refused with %j', async (headers, body, code) => {
    const answer = await send('PUT', `/${Bucket}/b`, headers as Record<string, string>, body);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)]);
  });

  it('have keys of 1,024 bytes, percent-encoded rightly', async () => {
    await put('k'.repeat(1024));
    expect(await refusal(put('k'.repeat(1025)))).toBe('KeyTooLongError 400');
    expect((await send('GET', `/${Bucket}/%ff`)).text).toContain('<Code>InvalidArgument</Code>');
  });

  it('are read in ranges', async () => {
    await put('a', '0123456789');
    const range = async (Range: string) => {
      const { text, ContentRange } = await get('a', { Range });
      return [text, ContentRange];
    };
    expect(await range('bytes=2-4')).toEqual(['234', 'bytes 2-4/10']);
    expect(await range('bytes=7-')).toEqual(['789', 'bytes 7-9/10']);
    expect(await range('bytes=-3')).toEqual(['789', 'bytes 7-9/10']);
    expect(await range('bytes=8-99')).toEqual(['89', 'bytes 8-9/10']);
    expect(await range('bytes=0-1,3-4')).toEqual(['0123456789', undefined]);
    expect(await refusal(range('bytes=10-'))).toBe('InvalidRange 416');
  });

  it('are written and read under conditions', async () => {
    const { ETag } = await put('a', 'one', { IfNoneMatch: '*' });
    expect(await refusal(put('a', 'two', { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
    expect(await refusal(put('a', 'two', { IfMatch: '"other"' }))).toBe('PreconditionFailed 412');
    expect(await refusal(put('b', 'two', { IfMatch: ETag }))).toBe('NoSuchKey 404');
    await put('a', 'two', { IfMatch: ETag });
    expect((await get('a')).text).toBe('two');
    expect(await refusal(get('a', { IfMatch: ETag }))).toBe('PreconditionFailed 412');
    const { ETag: current } = await get('a');
    expect(await refusal(get('a', { IfNoneMatch: current }))).toMatch(/304$/);
    expect(await refusal(get('a', { IfModifiedSince: new Date(NOW) }))).toMatch(/304$/);
    const created = await Promise.all(
      Array.from({ length: 10 }, (_, index) => refusal(put('once', `${index}`, { IfNoneMatch: '*' }))),
    );
    expect(created.filter((result) => result === undefined)).toHaveLength(1);
  });

  it('are copied, with their metadata or with other', async () => {
    await put('a/ä', 'body', { Metadata: { v: '1' }, ContentType: 'text/x' });
    const CopySource = `${Bucket}/${encodeURIComponent('a/ä')}`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource }));
    expect(await get('b')).toMatchObject({ text: 'body', Metadata: { v: '1' }, ContentType: 'text/x' });
    await s3.send(
      new CopyObjectCommand({ Bucket, Key: 'c', CopySource, MetadataDirective: 'REPLACE', Metadata: { v: '2' } }),
    );
    expect(await get('c')).toMatchObject({ text: 'body', Metadata: { v: '2' } });
    expect(await refusal(s3.send(new CopyObjectCommand({ Bucket, Key: 'a/ä', CopySource })))).toBe(
      'InvalidRequest 400',
    );
    expect(await refusal(s3.send(new CopyObjectCommand({ Bucket, Key: 'd', CopySource: `${Bucket}/none` })))).toBe(
      'NoSuchKey 404',
    );
  });

  it('are deleted, many at once too, whether they are there or not', async () => {
    await Promise.all(['a', 'b', 'c'].map((key) => put(key)));
    const Objects = ['a', 'b', 'none'].map((Key) => ({ Key }));
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect([Deleted, Errors]).toEqual([Objects, undefined]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'none' }));
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.map(({ Key }) => Key)).toEqual(['c']);
    expect((await send('POST', `/${Bucket}?delete`, {}, '<Delete>')).text).toContain('MalformedXML');
  });

  it('are listed in pages, by prefix and up to a delimiter', async () => {
    for (const key of ['b', 'a/1', 'a/2', 'a/b/3', 'c/4', 'é', 'a&<>']) await put(key);
    const list = async (more: object) => {
      const pages: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({
            Bucket,
            ...more,
            ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
          }),
        );
        pages.push(
          [
            ...(page.Contents ?? []).map(({ Key }) => Key),
            ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
          ].join(),
        );
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return pages;
    };
    expect(await list({})).toEqual(['a&<>,a/1,a/2,a/b/3,b,c/4,é']);
    expect(await list({ MaxKeys: 3 })).toEqual(['a&<>,a/1,a/2', 'a/b/3,b,c/4', 'é']);
    expect(await list({ Delimiter: '/' })).toEqual(['a&<>,b,é,a/,c/']);
    expect(await list({ Delimiter: '/', MaxKeys: 2 })).toEqual(['a&<>,a/', 'b,c/', 'é']);
    expect(await list({ Delimiter: '/', Prefix: 'a/' })).toEqual(['a/1,a/2,a/b/']);
    expect(await list({ StartAfter: 'b' })).toEqual(['c/4,é']);
    expect(await refusal(list({ ContinuationToken: undefined, Prefix: 'a', MaxKeys: -1 }))).toBe('InvalidArgument 400');
  });
});

describe('other ways in', () => {
  it('a presigned URL, until its time is over', async () => {
    await put('a', 'signed');
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'local/20261120/eu-west-1/s3/aws4_request',
      'X-Amz-Date': '20261120T120000Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': '00',
      'response-content-type': 'text/plain',
    });
    const url = `${aws.url}/${Bucket}/a?${query}`;
    const answer = await fetch(url);
    expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([
      200,
      'signed',
      'text/plain',
    ]);
    expect((await fetch(url, { method: 'PUT', body: 'new' })).status).toBe(200);
    expect((await get('a')).text).toBe('new');
    aws.clock.advance(60_001);
    const late = await fetch(url);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });

  it('the bucket in the host', async () => {
    await put('a/b', 'virtual');
    const { port } = new URL(aws.url);
    for (const host of [`${Bucket}.localhost:${port}`, `${Bucket}.s3.localhost:${port}`]) {
      expect(await send('GET', '/a/b', { host })).toEqual({ status: 200, text: 'virtual' });
    }
  });

  it('faults in its own words, and calls by what IAM checks', async () => {
    aws.faults.add({ kind: 'throttle', service: 's3', times: 1 });
    expect(await refusal(put('a'))).toBe('SlowDown 503');
    aws.clearCalls();
    await put('a');
    await s3.send(new HeadObjectCommand({ Bucket, Key: 'a' }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    const object = (action: string, key: string) => ({
      action: `s3:${action}`,
      resource: `arn:aws:s3:::${Bucket}/${key}`,
    });
    expect(aws.calls().map(({ touched }) => touched)).toEqual([
      [object('PutObject', 'a')],
      [object('GetObject', 'a')],
      [object('GetObject', 'a'), object('PutObject', 'b')],
    ]);
  });

  it('a snapshot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twelvefold-s3-'));
    try {
      const first = await startLocalAws({ snapshot: folder });
      await new S3Client(settings(first.url)).send(new CreateBucketCommand({ Bucket }));
      await new S3Client(settings(first.url)).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'kept' }));
      await first.close();
      await using second = await startLocalAws({ snapshot: folder });
      const { Body } = await new S3Client(settings(second.url)).send(new GetObjectCommand({ Bucket, Key: 'a' }));
      expect(await Body?.transformToString()).toBe('kept');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  describe.skipIf(!hasAwsCli)('the AWS CLI (needs aws-cli)', () => {
    it('the AWS CLI', { timeout: 180_000 }, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'twelvefold-s3-cli-'));
      try {
        await writeFile(join(folder, 'in.txt'), 'from the command line');
        const cli = (...args: string[]) => awsCli(aws.url, 's3api', ...args);
        await cli('create-bucket', '--bucket', 'cli-bucket');
        await cli('put-object', '--bucket', 'cli-bucket', '--key', 'a/b', '--body', join(folder, 'in.txt'));
        await cli('get-object', '--bucket', 'cli-bucket', '--key', 'a/b', join(folder, 'out.txt'));
        expect(await readFile(join(folder, 'out.txt'), 'utf8')).toBe('from the command line');
        expect(await cli('list-objects-v2', '--bucket', 'cli-bucket')).toMatchObject({
          Contents: [{ Key: 'a/b', Size: 21 }],
        });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
});
