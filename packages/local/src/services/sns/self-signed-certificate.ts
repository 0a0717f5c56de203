import type { KeyObject } from 'node:crypto';
import { randomBytes, sign } from 'node:crypto';
import { der } from './der.ts';

const COMMON_NAME = '2.5.4.3';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const DNS_NAME = 2;
const VERSION_3 = Buffer.from([2]);

/** An X.509 certificate (RFC 5280) of an RSA key for `name`, signed by the key itself, in PEM. Good for any time a clock here may show. */
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
