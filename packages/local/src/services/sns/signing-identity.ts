import type { KeyObject } from 'node:crypto';
import { createHash, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { selfSignedCertificate } from './self-signed-certificate.ts';

/** What messages are signed with, and the certificate that proves it. */
export interface SigningIdentity {
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
