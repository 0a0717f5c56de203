import type { BindingOfKind } from '../kind.ts';

/**
 * Login and password come from the definition's `login`: a URL with them would be a secret in the
 * environment.
 */
export const SQL_BINDING: BindingOfKind = {
  value: 'url',
  pattern: /^postgres(ql)?:\/\/[^@/?#\s]+\/[^/?#\s]+(\?[^#\s]*)?$/,
  expected: 'a URL without user and password, e.g. postgres://orders.abc.eu-west-1.rds.amazonaws.com:5432/orders',
};

/** Where a database is, and how its server is authenticated. */
export interface SqlAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly tls: boolean;
  /** A file of certificates in PEM to trust. */
  readonly rootCertificates: string | undefined;
}

const DEFAULT_PORT = 5_432;
const OF_AWS = /\.(amazonaws\.com(\.cn)?|on\.aws)$/;

/**
 * Reads a binding. `sslmode` and `sslrootcert` have libpq's meaning; `sslmode` is `verify-full`
 * unless it is `disable`, which databases of AWS do not accept here.
 *
 * @throws TypeError that names every fault
 */
export function readSqlUrl(url: string): SqlAddress {
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const mode = searchParams.get('sslmode') ?? 'verify-full';
  const faults: string[] = [];
  const unknown = [...searchParams.keys()].filter((name) => name !== 'sslmode' && name !== 'sslrootcert');
  if (unknown.length > 0) faults.push(`unknown ${unknown.join(', ')}; known: sslmode, sslrootcert`);
  if (mode !== 'verify-full' && mode !== 'disable') faults.push("sslmode must be 'verify-full' or 'disable'");
  if (mode === 'disable' && OF_AWS.test(host)) faults.push('sslmode=disable sends the login in clear text; remove it');
  if (faults.length > 0) throw new TypeError(`Cannot use the URL of a database: ${faults.join('; ')}`);
  return {
    host,
    port: port === '' ? DEFAULT_PORT : Number(port),
    database: decodeURIComponent(pathname.slice(1)),
    tls: mode === 'verify-full',
    rootCertificates: searchParams.get('sslrootcert') ?? undefined,
  };
}
