import type { Credentials } from '../../settings.ts';
import { builtin } from '../builtin.ts';
import { canonicalPath, canonicalQuery } from './canonical-uri.ts';
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

/** What is hashed and signed, for comparisons in tests. */
export interface Signature {
  readonly canonicalRequest: string;
  readonly signature: string;
  /** The value of the `authorization` header. */
  readonly authorization: string;
}

/**
 * AWS Signature Version 4, with the rules of every service but S3 (paths are normalized and encoded twice).
 * Source: AWS IAM user guide, "Create a signed AWS API request".
 */
export function signRequest(request: SignableRequest, scope: SigningScope): Signature {
  const { hash, createHmac } = builtin('node:crypto');
  const { credentials, region, service, date } = scope;
  let canonicalHeaders = '';
  let signedHeaders = '';
  for (const name of Object.keys(request.headers).sort()) {
    canonicalHeaders += `${name}:${collapse(request.headers[name] ?? '')}\n`;
    signedHeaders += signedHeaders === '' ? name : `;${name}`;
  }
  const canonicalRequest = `${request.method}\n${canonicalPath(request.path)}\n${canonicalQuery(request.query ?? '')}\n${canonicalHeaders}\n${signedHeaders}\n${hash('sha256', request.body)}`;
  const day = date.slice(0, 8);
  const credentialScope = `${day}/${region}/${service}/aws4_request`;
  const stringToSign = `AWS4-HMAC-SHA256\n${date}\n${credentialScope}\n${hash('sha256', canonicalRequest)}`;
  const signature = createHmac('sha256', signingKey(credentials.secretAccessKey, day, region, service))
    .update(stringToSign)
    .digest('hex');
  return {
    canonicalRequest,
    signature,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${credentialScope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

const collapse = (value: string) => (/^\s|\s$|\s\s/.test(value) ? value.trim().replaceAll(/\s+/g, ' ') : value);
