import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { selfSignedCertificate } from './signing.ts';

describe('a self-signed certificate', () => {
  it('is one to OpenSSL', () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const certificate = new X509Certificate(selfSignedCertificate('sns.amazonaws.com', keys));
    expect(certificate.verify(keys.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(keys.privateKey)).toBe(true);
    expect(certificate.checkHost('sns.amazonaws.com')).toBe('sns.amazonaws.com');
    expect(certificate.subject).toBe('CN=sns.amazonaws.com');
    expect(certificate.issuer).toBe(certificate.subject);
    expect([new Date(certificate.validFrom).getUTCFullYear(), new Date(certificate.validTo).getUTCFullYear()]).toEqual([
      1970, 2049,
    ]);
    expect(certificate.publicKey.export({ type: 'spki', format: 'pem' })).toBe(
      keys.publicKey.export({ type: 'spki', format: 'pem' }),
    );
  });
});
