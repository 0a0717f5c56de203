import { builtin } from '@twelvefold/core/internal';
import type { Credentials } from '../../settings.ts';
import { canonicalQuery, encodeUri } from './canonical-uri.ts';
import { signingKey } from './signing-key.ts';

export interface PresignRequest {
  /** With its port if that is part of the `host` header. */
  readonly host: string;
  readonly query: Readonly<Record<string, string>>;
  readonly region: string;
  readonly service: string;
  readonly credentials: Credentials;
  /** `20150830T123600Z` */
  readonly date: string;
  readonly expiresSeconds: number;
}

/** The SHA-256 of an empty body. */
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * A `GET /` whose signature is in the query, without its scheme:
 * `host/?Action=...&X-Amz-Signature=...`. Source: AWS IAM user guide, "Create a signed AWS API
 * request", query string.
 */
export function presign(request: PresignRequest): string {
  const { host, region, service, credentials, date, expiresSeconds } = request;
  const { hash } = builtin('node:crypto');
  const day = date.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const parameters: Record<string, string> = {
    ...request.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(expiresSeconds),
    'X-Amz-SignedHeaders': 'host',
    ...(credentials.sessionToken !== undefined && { 'X-Amz-Security-Token': credentials.sessionToken }),
  };
  const canonicalRequest = `GET\n/\n${queryOf(parameters)}\nhost:${host}\n\nhost\n${EMPTY_HASH}`;
  const key = signingKey(credentials.secretAccessKey, day, region, service);
  parameters['X-Amz-Signature'] = key(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonicalRequest)}`);
  return `${host}/?${queryOf(parameters)}`;
}

const queryOf = (parameters: Readonly<Record<string, string>>): string =>
  canonicalQuery(
    Object.entries(parameters)
      .map(([name, value]) => `${encodeUri(name)}=${encodeUri(value)}`)
      .join('&'),
  );
