import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** The uses of a key that this endpoint carries out. */
export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC';

/** A kind of key. Source: developer guide, "Key spec reference". */
export interface KeySpec {
  /** The first is what a key without a `KeyUsage` has; undefined where AWS asks for one. */
  readonly usages: readonly [KeyUsage, ...KeyUsage[]];
  readonly mustSayUsage?: true;
  readonly signing?: readonly string[];
  readonly mac?: readonly string[];
  readonly encryption?: readonly string[];
  /** Key material: random bytes, or a private key in PKCS #8. */
  create(): Buffer;
}

const RSA_SIGNING = ['PKCS1_V1_5', 'PSS'].flatMap((scheme) =>
  ['256', '384', '512'].map((bits) => `RSASSA_${scheme}_SHA_${bits}`),
);
const RSA_ENCRYPTION = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'];

const toPkcs8 = ({ privateKey }: { readonly privateKey: KeyObject }): Buffer =>
  privateKey.export({ type: 'pkcs8', format: 'der' });

const rsa = (modulusLength: number): KeySpec => ({
  usages: ['SIGN_VERIFY', 'ENCRYPT_DECRYPT'],
  mustSayUsage: true,
  signing: RSA_SIGNING,
  encryption: RSA_ENCRYPTION,
  create: () => toPkcs8(generateKeyPairSync('rsa', { modulusLength })),
});

const curve = (namedCurve: string, bits: number): KeySpec => ({
  usages: ['SIGN_VERIFY'],
  mustSayUsage: true,
  signing: [`ECDSA_SHA_${bits}`],
  create: () => toPkcs8(generateKeyPairSync('ec', { namedCurve })),
});

const hmac = (bits: number): KeySpec => ({
  usages: ['GENERATE_VERIFY_MAC'],
  mustSayUsage: true,
  mac: [`HMAC_SHA_${bits}`],
  create: () => randomBytes(bits / 8),
});

export const SYMMETRIC: KeySpec = {
  usages: ['ENCRYPT_DECRYPT'],
  encryption: ['SYMMETRIC_DEFAULT'],
  create: () => randomBytes(32),
};

export const KEY_SPECS: Readonly<Record<string, KeySpec>> = {
  SYMMETRIC_DEFAULT: SYMMETRIC,
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: curve('P-256', 256),
  ECC_NIST_P384: curve('P-384', 384),
  ECC_NIST_P521: curve('P-521', 512),
  ECC_SECG_P256K1: curve('secp256k1', 256),
  ECC_NIST_EDWARDS25519: {
    usages: ['SIGN_VERIFY'],
    mustSayUsage: true,
    signing: ['ED25519_SHA_512'],
    create: () => toPkcs8(generateKeyPairSync('ed25519')),
  },
  HMAC_224: hmac(224),
  HMAC_256: hmac(256),
  HMAC_384: hmac(384),
  HMAC_512: hmac(512),
};

/** The algorithms of a key, as its metadata lists them by the key's usage. */
export function algorithmsOf(spec: string, usage: KeyUsage): readonly string[] {
  const { signing, mac, encryption } = KEY_SPECS[spec] ?? {};
  if (usage === 'SIGN_VERIFY') return signing ?? [];
  return (usage === 'ENCRYPT_DECRYPT' ? encryption : mac) ?? [];
}
