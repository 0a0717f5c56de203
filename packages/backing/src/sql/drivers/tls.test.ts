import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { readSqlUrl } from '../sql-url.ts';
import { tlsOptions } from './tls.ts';

const optionsOf = (host: string, query = '') => tlsOptions(readSqlUrl(`postgres://${host}/orders${query}`));
const names = (ca: readonly string[]) => ca.map((pem) => /CN=([^\n]*)/.exec(new X509Certificate(pem).subject)?.[1]);

it.each([
  ['orders.abc123.eu-west-1.rds.amazonaws.com', 'eu-west-1'],
  ['orders.cluster-ro-abc123.us-east-2.rds.amazonaws.com', 'us-east-2'],
])('%s is trusted by the authorities of its region', async (host, region) => {
  const options = await optionsOf(host);
  const found = names(options === false ? [] : (options.ca ?? []));
  expect(found.length).toBeGreaterThanOrEqual(3);
  expect(found.filter((name) => !name?.startsWith(`Amazon RDS ${region} Root CA`))).toEqual([]);
});

it.each(['orders.proxy-abc123.eu-west-1.rds.amazonaws.com', 'abc.dsql.eu-west-1.on.aws', 'db.internal'])(
  '%s is trusted by the authorities of Node',
  async (host) => expect(await optionsOf(host)).toEqual({ rejectUnauthorized: true }),
);

it.each([
  ['orders.abc123.us-gov-west-1.rds.amazonaws.com', 'us-gov-west-1'],
  ['orders.abc123.rds.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
])('%s needs a file: the bundle has no authority of %s', async (host, region) => {
  await expect(optionsOf(host)).rejects.toThrow(`no authority of ${region}; add sslrootcert`);
});

it('takes a file, and nothing where TLS is off', async () => {
  await expect(optionsOf('db.internal', '?sslrootcert=/no/such.pem')).rejects.toThrow('ENOENT');
  expect(await optionsOf('localhost', '?sslmode=disable')).toBe(false);
});
