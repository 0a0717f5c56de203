import type { KeyObject } from 'node:crypto';
import { createHash, generateKeyPair, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Answer } from '../../core/http.ts';

/** One element of DER: a tag, a length and content. */
function element(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const size = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) size.unshift(rest % 256);
  const length = body.length < 128 ? [body.length] : [0x80 | size.length, ...size];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((arc) => {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
    return digits;
  });
  return element(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

/** The few parts of DER (X.690) that a certificate is written in. */
const der = {
  sequence: (...parts: Buffer[]) => element(0x30, ...parts),
  set: (...parts: Buffer[]) => element(0x31, ...parts),
  /** A number of bytes, highest first; the first bit must be 0, or it would be negative. */
  integer: (bytes: Buffer) => element(0x02, bytes),
  boolean: (value: boolean) => element(0x01, Buffer.from([value ? 0xff : 0])),
  null: () => element(0x05),
  objectIdentifier,
  utf8: (text: string) => element(0x0c, Buffer.from(text)),
  utcTime: (text: string) => element(0x17, Buffer.from(text)),
  bitString: (bytes: Buffer) => element(0x03, Buffer.from([0]), bytes),
  octetString: (bytes: Buffer) => element(0x04, bytes),
  /** A context-specific element, holding others or (primitive) bytes. */
  context: (number: number, ...parts: Buffer[]) => element(0xa0 | number, ...parts),
  primitive: (number: number, bytes: Buffer) => element(0x80 | number, bytes),
};

const COMMON_NAME = '2.5.4.3';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const DNS_NAME = 2;
const VERSION_3 = Buffer.from([2]);

/**
 * An X.509 certificate (RFC 5280) of an RSA key for `name`, signed by the key itself, in PEM. Good
 * for any time a clock here may show.
 */
export function selfSignedCertificate(name: string, keys: { publicKey: KeyObject; privateKey: KeyObject }): string {
  const algorithm = der.sequence(der.objectIdentifier(SHA256_WITH_RSA), der.null());
  const issuer = der.sequence(der.set(der.sequence(der.objectIdentifier(COMMON_NAME), der.utf8(name))));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and not shorter for a leading zero
  const names = der.sequence(der.primitive(DNS_NAME, Buffer.from(name)));
  const extension = der.sequence(der.objectIdentifier(SUBJECT_ALTERNATIVE_NAME), der.octetString(names));
  const content = der.sequence(
    der.context(0, der.integer(VERSION_3)),
    der.integer(serial),
    algorithm,
    issuer,
    der.sequence(der.utcTime('700101000000Z'), der.utcTime('491231235959Z')),
    issuer,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    der.context(3, der.sequence(extension)),
  );
  const signature = der.bitString(sign('sha256', content, keys.privateKey));
  const base64 = der.sequence(content, algorithm, signature).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The key that signs messages, and its certificate. */
interface SigningIdentity {
  readonly privateKey: KeyObject;
  /** PEM. */
  readonly certificate: string;
  /** Where the endpoint serves it: named as AWS names its own. */
  readonly certificatePath: string;
}

let identity: Promise<SigningIdentity> | undefined;

async function makeIdentity(): Promise<SigningIdentity> {
  const keys = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const certificate = selfSignedCertificate('sns.amazonaws.com', keys);
  const hash = createHash('md5').update(certificate).digest('hex');
  return {
    privateKey: keys.privateKey,
    certificate,
    certificatePath: `/SimpleNotificationService-${hash}.pem`,
  };
}

/** This process's identity, made when it is first asked for: a key takes a tenth of a second. */
export function signingIdentity(): Promise<SigningIdentity> {
  identity ??= makeIdentity();
  return identity;
}

/** The members that a signature adds to a message. */
export interface MessageSignature {
  readonly SignatureVersion: string;
  readonly Signature: string;
  readonly SigningCertURL: string;
}

// "Verifying the signatures of Amazon SNS messages": names and values, a line each, sorted by name.
const SIGNED = ['Message', 'MessageId', 'SubscribeURL', 'Subject', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** Signs a message: version 1 by SHA1, version 2 by SHA256. */
export async function signMessage(
  message: Readonly<Record<string, unknown>>,
  version: string,
  origin: string,
): Promise<MessageSignature> {
  const { privateKey, certificatePath } = await signingIdentity();
  const text = SIGNED.filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
  return {
    SignatureVersion: version,
    Signature: sign(version === '2' ? 'sha256' : 'sha1', Buffer.from(text), privateKey).toString('base64'),
    SigningCertURL: `${origin}${certificatePath}`,
  };
}

/** The certificate that SigningCertURL names; undefined for any other path. */
export async function certificatePage(path: string): Promise<Answer | undefined> {
  const { certificate, certificatePath } = await signingIdentity();
  if (path !== certificatePath) return undefined;
  return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: certificate };
}
