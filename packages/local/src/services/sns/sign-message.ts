import { sign } from 'node:crypto';
import { signingIdentity } from './signing-identity.ts';

/** What a signature adds to a message. */
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
