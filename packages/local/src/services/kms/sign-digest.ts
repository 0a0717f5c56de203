import type { KeyObject } from 'node:crypto';
import {
  constants,
  createECDH,
  createHash,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

// node:crypto signs messages only. KMS also signs a digest that the caller made (`MessageType:
// DIGEST`).

/** DigestInfo before the digest (RFC 8017, section 9.2, notes). */
const DIGEST_INFO: Readonly<Record<string, string>> = {
  '256': '3031300d060960864801650304020105000420',
  '384': '3041300d060960864801650304020205000430',
  '512': '3051300d060960864801650304020305000440',
};

function maskOf(seed: Buffer, length: number, hash: string): Buffer {
  const blocks: Buffer[] = [];
  for (let size = 0, counter = 0; size < length; counter += 1) {
    const suffix = Buffer.alloc(4);
    suffix.writeUInt32BE(counter);
    const block = createHash(hash).update(seed).update(suffix).digest();
    blocks.push(block);
    size += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

const xor = (left: Buffer, right: Buffer) => Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));

/**
 * EMSA-PSS (RFC 8017, section 9.1.1) for a modulus of whole bytes; the salt is as long as the
 * digest.
 */
function encodePss(digest: Buffer, bytes: number, hash: string, salt = randomBytes(digest.length)): Buffer {
  const seed = createHash(hash)
    .update(Buffer.concat([Buffer.alloc(8), digest, salt]))
    .digest();
  const block = Buffer.concat([Buffer.alloc(bytes - salt.length - seed.length - 2), Buffer.from([1]), salt]);
  const masked = xor(block, maskOf(seed, block.length, hash));
  // The first bit is zero, so that the number is below the modulus.
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return Buffer.concat([masked, seed, Buffer.from([0xbc])]);
}

/** Whether an encoded message holds the digest (RFC 8017, section 9.1.2). */
function isPss(encoded: Buffer, digest: Buffer, hash: string): boolean {
  const seed = encoded.subarray(encoded.length - digest.length - 1, encoded.length - 1);
  const masked = encoded.subarray(0, encoded.length - digest.length - 1);
  const block = xor(masked, maskOf(seed, masked.length, hash));
  const salt = block.subarray(block.length - digest.length);
  return encodePss(digest, encoded.length, hash, salt).equals(encoded);
}

/** A short Weierstrass curve: y² = x³ + ax + b over the field of p, with n points. */
interface Curve {
  readonly name: string;
  readonly p: bigint;
  readonly a: bigint;
  readonly n: bigint;
}

// Sources: FIPS 186-4, appendix D.1.2; SEC 2, section 2.4.1.
const CURVES: Readonly<Record<string, Curve>> = {
  prime256v1: {
    name: 'prime256v1',
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    a: -3n,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  secp256k1: {
    name: 'secp256k1',
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn,
    a: 0n,
    n: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  },
  secp384r1: {
    name: 'secp384r1',
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    a: -3n,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
  secp521r1: {
    name: 'secp521r1',
    p: 2n ** 521n - 1n,
    a: -3n,
    n: 2n ** 521n - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7n,
  },
};

const modulo = (value: bigint, by: bigint) => ((value % by) + by) % by;

/** The inverse by Euclid's algorithm. */
function inverse(value: bigint, by: bigint): bigint {
  let [rest, next] = [by, modulo(value, by)];
  let [previous, current] = [0n, 1n];
  while (next !== 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [previous, current] = [current, previous - quotient * current];
  }
  return modulo(previous, by);
}

const toBigInt = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex') || '0'}`);

/** Undefined is the point at infinity. */
type Point = { readonly x: bigint; readonly y: bigint } | undefined;

function add({ p, a }: Curve, left: Point, right: Point): Point {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (left.x === right.x && modulo(left.y + right.y, p) === 0n) return undefined;
  const slope =
    left.x === right.x
      ? (3n * left.x * left.x + a) * inverse(2n * left.y, p)
      : (right.y - left.y) * inverse(right.x - left.x, p);
  const x = modulo(slope * slope - left.x - right.x, p);
  return { x, y: modulo(slope * (left.x - x) - left.y, p) };
}

function multiply(curve: Curve, scalar: bigint, point: Point): Point {
  let result: Point;
  let doubled = point;
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = add(curve, result, doubled);
    doubled = add(curve, doubled, doubled);
  }
  return result;
}

const fieldBytes = ({ p }: Curve) => Math.ceil(p.toString(16).length / 2);

const toBytes = (value: bigint, length: number) => Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');

/** A multiple of the curve's base point. */
function baseTimes(curve: Curve, scalar: bigint): Point {
  if (scalar === 0n) return undefined;
  const ecdh = createECDH(curve.name);
  ecdh.setPrivateKey(toBytes(scalar, fieldBytes(curve)));
  const bytes = ecdh.getPublicKey();
  const half = (bytes.length - 1) / 2;
  return { x: toBigInt(bytes.subarray(1, 1 + half)), y: toBigInt(bytes.subarray(1 + half)) };
}

/** The digest as a number of as many bits as n has. */
function toScalar(digest: Buffer, { n }: Curve): bigint {
  const extra = digest.length * 8 - n.toString(2).length;
  return extra > 0 ? toBigInt(digest) >> BigInt(extra) : toBigInt(digest);
}

function curveOf(key: KeyObject): Curve {
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (curve === undefined) throw new TypeError('Cannot sign a digest: the key is not on a known curve');
  return curve;
}

/** A number in DER. */
function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  const body = (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
  return Buffer.concat([Buffer.from([2, body.length]), body]);
}

function signEcdsa(key: KeyObject, digest: Buffer): Buffer {
  const curve = curveOf(key);
  const { n } = curve;
  const d = toBigInt(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  for (;;) {
    const k = modulo(toBigInt(randomBytes(fieldBytes(curve) + 8)), n - 1n) + 1n;
    const r = modulo(baseTimes(curve, k)?.x ?? 0n, n);
    const s = modulo(inverse(k, n) * (toScalar(digest, curve) + r * d), n);
    if (r === 0n || s === 0n) continue;
    const body = Buffer.concat([derInteger(r), derInteger(s)]);
    const length = body.length < 128 ? [body.length] : [0x81, body.length];
    return Buffer.concat([Buffer.from([0x30, ...length]), body]);
  }
}

/** r and s of a signature in DER; undefined for other bytes. */
function readDer(signature: Buffer): readonly [bigint, bigint] | undefined {
  const start = signature[1] === 0x81 ? 3 : 2;
  const length = signature[start - 1] ?? 0;
  if (signature[0] !== 0x30 || signature.length !== start + length) return undefined;
  const numbers: bigint[] = [];
  for (let at = start; at < signature.length; ) {
    const size = signature[at + 1] ?? 0;
    if (signature[at] !== 2 || size === 0 || at + 2 + size > signature.length) return undefined;
    numbers.push(toBigInt(signature.subarray(at + 2, at + 2 + size)));
    at += 2 + size;
  }
  const [r, s] = numbers;
  return r === undefined || s === undefined || numbers.length > 2 ? undefined : [r, s];
}

function verifyEcdsa(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const curve = curveOf(key);
  const { n } = curve;
  const [r, s] = readDer(signature) ?? [0n, 0n];
  if (r <= 0n || r >= n || s <= 0n || s >= n) return false;
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const point = { x: toBigInt(Buffer.from(x, 'base64url')), y: toBigInt(Buffer.from(y, 'base64url')) };
  const w = inverse(s, n);
  const sum = add(
    curve,
    baseTimes(curve, modulo(toScalar(digest, curve) * w, n)),
    multiply(curve, modulo(r * w, n), point),
  );
  return sum !== undefined && modulo(sum.x, n) === r;
}

/** Signs a digest by an algorithm of KMS. */
export function signDigest(key: KeyObject, algorithm: string, digest: Buffer): Buffer {
  if (algorithm.startsWith('ECDSA')) return signEcdsa(key, digest);
  const bits = algorithm.slice(-3);
  if (algorithm.startsWith('RSASSA_PKCS1')) {
    const info = Buffer.from(DIGEST_INFO[bits] ?? '', 'hex');
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([info, digest]));
  }
  const bytes = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encodePss(digest, bytes, `sha${bits}`));
}

/** Whether a signature is that of a digest. */
export function verifyDigest(key: KeyObject, algorithm: string, digest: Buffer, signature: Buffer): boolean {
  if (algorithm.startsWith('ECDSA')) return verifyEcdsa(key, digest, signature);
  const bits = algorithm.slice(-3);
  try {
    if (algorithm.startsWith('RSASSA_PKCS1')) {
      const opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
      const wanted = Buffer.concat([Buffer.from(DIGEST_INFO[bits] ?? '', 'hex'), digest]);
      return opened.length === wanted.length && timingSafeEqual(opened, wanted);
    }
    return isPss(publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature), digest, `sha${bits}`);
  } catch {
    return false; // not a signature of this key's size
  }
}
