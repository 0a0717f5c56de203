import { readString } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';

export interface SecretValue {
  readonly string: string | undefined;
  /** Base64. */
  readonly binary: string | undefined;
}

const MAX_BYTES = 65_536;

function checkBytes(name: string, bytes: number): void {
  if (bytes >= 1 && bytes <= MAX_BYTES) return;
  const rule = bytes < 1 ? 'greater than or equal to 1' : `less than or equal to ${MAX_BYTES}`;
  throw new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must have length ${rule}`,
  );
}

/** The value in a call, undefined where it has none. @throws ServiceError for two values, or one of 0 or more than 65,536 bytes. */
export function readSecretValue(input: Record<string, unknown>): SecretValue | undefined {
  const string = readString(input, 'SecretString');
  const binary = readString(input, 'SecretBinary');
  if (string !== undefined && binary !== undefined) {
    throw new ServiceError(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (string !== undefined) checkBytes('secretString', Buffer.byteLength(string));
  if (binary !== undefined) checkBytes('secretBinary', Buffer.from(binary, 'base64').byteLength);
  return string === undefined && binary === undefined ? undefined : { string, binary };
}

/** The new version's id. @throws ServiceError for a call without one (SDKs make one up) or of the wrong length. */
export function readClientRequestToken(input: Record<string, unknown>): string {
  const token = readString(input, 'ClientRequestToken');
  if (token === undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    );
  }
  if (token.length < 32 || token.length > 64) {
    throw new ServiceError('InvalidParameterException', 'ClientRequestToken must be 32-64 characters long.');
  }
  return token;
}
