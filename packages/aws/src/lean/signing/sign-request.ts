import { builtin } from '@twelvefold/core/internal';
import type { Credentials } from '../../settings.ts';
import { canonicalPath, canonicalQuery } from './canonical-uri.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { signingKey } from './signing-key.ts';

export interface SignableRequest {
  readonly method: string;
  /** As it goes over the wire, percent-encoding included. */
  readonly path: string;
  /** Without its `?`. */
  readonly query?: string;
  /** By lower-case name; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SigningScope {
  readonly region: string;
  readonly service: string;
  readonly credentials: Credentials;
  /** `20150830T123600Z`, the value of the request's `x-amz-date`. */
  readonly date: string;
}

/** The hashed and signed texts, for comparisons in tests. */
export interface Signature {
  readonly canonicalRequest: string;
  readonly signature: string;
  /** The value of the `authorization` header. */
  readonly authorization: string;
}

/**
 * All of a signature that does not depend on the body: for one set of headers, and so for one date.
 */
export interface SigningHead {
  /** Of the canonical request. */
  readonly canonical: string;
  /** Of the string to sign. */
  readonly toSign: string;
  /** Of the `authorization` header. */
  readonly authorization: string;
  readonly key: KeyedHash;
}

/**
 * AWS Signature Version 4, with the rules of every service but S3 (paths are normalized and encoded
 * twice). Source: AWS IAM user guide, "Create a signed AWS API request".
 */
export function signingHead(request: Omit<SignableRequest, 'body'>, scope: SigningScope): SigningHead {
  const { credentials, region, service, date } = scope;
  let canonicalHeaders = '';
  let signedHeaders = '';
  for (const name of Object.keys(request.headers).sort()) {
    canonicalHeaders += `${name}:${collapse(request.headers[name] ?? '')}\n`;
    signedHeaders += signedHeaders === '' ? name : `;${name}`;
  }
  const day = date.slice(0, 8);
  const credentialScope = `${day}/${region}/${service}/aws4_request`;
  return {
    canonical: `${request.method}\n${canonicalPath(request.path)}\n${canonicalQuery(request.query ?? '')}\n${canonicalHeaders}\n${signedHeaders}\n`,
    toSign: `AWS4-HMAC-SHA256\n${date}\n${credentialScope}\n`,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${credentialScope}, SignedHeaders=${signedHeaders}, Signature=`,
    key: signingKey(credentials.secretAccessKey, day, region, service),
  };
}

/** Signs a body under a head. */
export function signBody(head: SigningHead, body: string): Signature {
  const { hash } = builtin('node:crypto');
  const canonicalRequest = head.canonical + hash('sha256', body);
  const signature = head.key(head.toSign + hash('sha256', canonicalRequest));
  return { canonicalRequest, signature, authorization: head.authorization + signature };
}

/** A request's signature. */
export function signRequest(request: SignableRequest, scope: SigningScope): Signature {
  return signBody(signingHead(request, scope), request.body);
}

const collapse = (value: string) => (/^\s|\s$|\s\s/.test(value) ? value.trim().replaceAll(/\s+/g, ' ') : value);
