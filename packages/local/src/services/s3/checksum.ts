import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

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

/** The checksum in base64, as the headers carry it; undefined for an algorithm that is kept and not computed (CRC64NVME). */
export function checksumOf(algorithm: string, body: Buffer): string | undefined {
  if (algorithm === 'crc32') return word(crc32(body));
  if (algorithm === 'crc32c') return word(crc32c(body));
  if (algorithm === 'sha1' || algorithm === 'sha256') return createHash(algorithm).update(body).digest('base64');
  return undefined;
}
