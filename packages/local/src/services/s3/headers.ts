import type { HttpRequest } from '../../core/http.ts';
import type { CallContext } from '../../core/service.ts';
import { s3Error } from './errors.ts';

/**
 * Headers that are read, or that change nothing here: signing, checksums, metadata and who pays.
 */
const KNOWN =
  /^x-amz-(meta-.+|checksum-.+|sdk-checksum-algorithm|content-sha256|date|security-token|decoded-content-length|trailer|user-agent|copy-source(-if-.+|-range)?|metadata-directive|storage-class|expected-bucket-owner|source-expected-bucket-owner|request-payer|website-redirect-location|server-side-encryption(-aws-kms-key-id|-bucket-key-enabled|-context)?|acl|skip-destination-validation)$/;

/** Access control lists that say the same as none. */
const PLAIN_ACLS = ['private', 'bucket-owner-full-control', 'bucket-owner-read'];

/**
 * Refuses headers that this endpoint does not carry out, so that none is dropped silently, and
 * requests for a bucket of another owner.
 *
 * @throws ServiceError `NotImplemented` naming the header, `AccessDenied`
 */
export function checkHeaders({ headers }: HttpRequest, { account }: CallContext): void {
  const odd = Object.keys(headers).find((name) => name.startsWith('x-amz-') && !KNOWN.test(name));
  const acl = headers['x-amz-acl']?.toString();
  const refused = odd ?? (acl !== undefined && !PLAIN_ACLS.includes(acl) ? `x-amz-acl: ${acl}` : undefined);
  if (refused !== undefined) {
    throw s3Error(
      'NotImplemented',
      {},
      `Cannot answer s3: the local endpoint does not implement the header ${refused}`,
    );
  }
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const owner = headers[name]?.toString();
    if (owner !== undefined && owner !== account) throw s3Error('AccessDenied');
  }
}
