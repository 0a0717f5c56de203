import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { HttpRequest } from '../../core/http.ts';
import { s3Error } from './errors.ts';
import { header } from './object-store.ts';

/** CRC-32C, Castagnoli's polynomial, reflected. */
const TABLE = Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(body: Buffer): number {
  let value = 0xffff_ffff;
  for (const byte of body) value = (TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffff_ffff) >>> 0;
}

function word(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

/**
 * The checksum in base64, as the headers carry it; undefined for an algorithm that is kept and not
 * computed (CRC64NVME).
 */
export function checksumOf(algorithm: string, body: Buffer): string | undefined {
  if (algorithm === 'crc32') return word(crc32(body));
  if (algorithm === 'crc32c') return word(crc32c(body));
  if (algorithm === 'sha1' || algorithm === 'sha256') return createHash(algorithm).update(body).digest('base64');
  return undefined;
}

interface Payload {
  readonly body: Buffer;
  /** The one checksum that came with it, by the name of its header. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** `SIZE[;chunk-signature=...]` and the bytes, until a size of 0; then trailers. */
function readChunks(body: Buffer): { body: Buffer; trailers: Map<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  const line = () => {
    const end = body.indexOf('\r\n', at);
    if (end < 0) throw s3Error('IncompleteBody');
    const text = body.toString('latin1', at, end);
    at = end + 2;
    return text;
  };
  for (;;) {
    const size = /^([0-9a-fA-F]{1,8})(?:;|$)/.exec(line())?.[1];
    if (size === undefined) throw s3Error('IncompleteBody');
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    if (at + length + 2 > body.length) throw s3Error('IncompleteBody');
    chunks.push(body.subarray(at, at + length));
    at += length + 2;
  }
  const trailers = new Map<string, string>();
  while (at < body.length) {
    const [name = '', value = ''] = line().split(/:(.*)/s);
    if (name !== '') trailers.set(name.toLowerCase(), value.trim());
  }
  return { body: Buffer.concat(chunks), trailers };
}

const CHECKSUM = /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/;

function checkDigests(http: HttpRequest, body: Buffer): void {
  const md5 = header(http, 'content-md5');
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) throw s3Error('InvalidDigest');
    if (createHash('md5').update(body).digest('base64') !== md5) throw s3Error('BadDigest');
  }
  const sha256 = header(http, 'x-amz-content-sha256') ?? '';
  if (/^[0-9a-f]{64}$/.test(sha256) && createHash('sha256').update(body).digest('hex') !== sha256) {
    throw s3Error('XAmzContentSHA256Mismatch');
  }
}

/**
 * The bytes of an object, taken out of `aws-chunked`, with digests and checksum compared.
 *
 * @throws ServiceError `IncompleteBody`, `BadDigest`, `InvalidDigest`, `InvalidRequest`,
 *   `XAmzContentSHA256Mismatch`
 */
export function readPayload(http: HttpRequest): Payload {
  const chunked =
    header(http, 'x-amz-content-sha256')?.startsWith('STREAMING-') ||
    header(http, 'content-encoding')
      ?.split(/\s*,\s*/)
      .includes('aws-chunked');
  const { body, trailers } = chunked ? readChunks(http.body) : { body: http.body, trailers: new Map<string, string>() };
  const length = header(http, 'x-amz-decoded-content-length');
  if (chunked && length !== undefined && Number(length) !== body.length) throw s3Error('IncompleteBody');
  checkDigests(http, body);
  const given = [...Object.entries(http.headers), ...trailers].filter(([name]) => CHECKSUM.test(name));
  if (given.length > 1) {
    throw s3Error(
      'InvalidRequest',
      {},
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const [name, value] = given[0] ?? [];
  if (name === undefined || value === undefined) return { body, checksums: {} };
  const algorithm = CHECKSUM.exec(name)?.[1] ?? '';
  const computed = checksumOf(algorithm, body);
  if (computed !== undefined && computed !== value) {
    throw s3Error(
      'BadDigest',
      {},
      `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    );
  }
  return { body, checksums: { [name]: String(value), 'x-amz-checksum-type': 'FULL_OBJECT' } };
}
