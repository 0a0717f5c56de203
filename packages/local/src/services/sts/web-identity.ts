import { ServiceError } from '../../core/service-error.ts';

/** The claims of a token about its user. */
interface WebIdentity {
  readonly subject: string;
  readonly audience: string;
  readonly issuer: string;
}

const invalid = (reason: string) => new ServiceError('InvalidIdentityToken', reason);

function readClaims(token: string): Readonly<Record<string, unknown>> {
  const parts = token.split('.');
  try {
    if (parts.length !== 3) throw new TypeError('not three parts');
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString());
    if (typeof claims !== 'object' || claims === null) throw new TypeError('not an object');
    return claims as Record<string, unknown>; // narrowed on the line above
  } catch {
    throw invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
  }
}

/**
 * Reads an OpenID Connect token. Its signature is not verified: no identity provider is known here.
 *
 * @throws ServiceError `InvalidIdentityToken`, `ExpiredTokenException`
 */
export function readWebIdentity(token: string, nowMs: number): WebIdentity {
  const { sub, aud, iss, exp } = readClaims(token);
  const audience: unknown = Array.isArray(aud) ? aud[0] : aud;
  if (typeof iss !== 'string') throw invalid('Missing a required claim: iss');
  if (typeof sub !== 'string') throw invalid('Missing a required claim: sub');
  if (typeof audience !== 'string') throw invalid('Missing a required claim: aud');
  if (typeof exp !== 'number') throw invalid('Missing a required claim: exp');
  const now = Math.floor(nowMs / 1000);
  if (now >= exp) {
    throw new ServiceError(
      'ExpiredTokenException',
      `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`,
    );
  }
  return { subject: sub, audience, issuer: iss };
}
