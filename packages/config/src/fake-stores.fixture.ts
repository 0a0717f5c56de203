import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';

export interface FakeStores {
  /** Plain parameters by name. */
  parameters?: Record<string, string | { type: 'StringList' | 'SecureString'; value: string }>;
  /** When the secrets' current versions were created. */
  createdAt?: Date;
  /** Secrets by id, and by id with `@` and a stage. */
  secrets?: Record<string, string>;
  /**
   * Names (parameters) and ids (secrets) that the caller may not read: one of them rejects its
   * whole call.
   */
  denied?: readonly string[];
  /**
   * Whether a reference to a secret that does not exist rejects its whole call; else it is in
   * InvalidParameters.
   */
  missingSecretRejects?: boolean;
  /** Every call fails with this. */
  failure?: { code: string; retryable: boolean; message?: string };
}

export interface FakeAws extends Aws {
  /** The names of each GetParameters call, in order. */
  readonly requests: readonly string[][];
  /** The secrets that were asked for one by one, with their stage. */
  readonly asked: readonly string[];
  /** How many calls were in flight at once, at most. */
  readonly widest: number;
  /** How many calls are in flight now. */
  readonly inFlight: number;
}

const REFERENCE = '/aws/reference/secretsmanager/';

/** GetParameters as AWS answers it, over plain objects. */
export function fakeStores(stores: FakeStores = {}): FakeAws {
  const requests: string[][] = [];
  const asked: string[] = [];
  let inFlight = 0;
  let widest = 0;
  const fail = (code: string, retryable = false, message: string = code) => {
    throw new AwsError(`Cannot call ssm GetParameters: ${message}`, {
      awsCode: code,
      service: 'ssm',
      operation: 'GetParameters',
      retryable,
    });
  };
  const answer = (names: readonly string[]) => {
    if (stores.failure) fail(stores.failure.code, stores.failure.retryable, stores.failure.message);
    if (names.length === 0 || names.length > 10 || new Set(names).size !== names.length) fail('ValidationException');
    const found: object[] = [];
    const missing: string[] = [];
    for (const name of names) {
      const id = name.startsWith(REFERENCE) ? name.slice(REFERENCE.length) : undefined;
      if (stores.denied?.includes(id ?? name)) fail('AccessDeniedException');
      const stored = id === undefined ? stores.parameters?.[name] : stores.secrets?.[id];
      if (stored === undefined && id !== undefined && stores.missingSecretRejects) fail('ParameterNotFound');
      if (stored === undefined) missing.push(name);
      else if (typeof stored === 'string') {
        const date = id !== undefined && stores.createdAt ? { LastModifiedDate: stores.createdAt } : {};
        found.push({ Name: name, Type: 'String', Value: stored, ...date });
      } else found.push({ Name: name, Type: stored.type, Value: stored.value });
    }
    return { Parameters: found, InvalidParameters: missing };
  };
  const aws: FakeAws = {
    get requests() {
      return requests;
    },
    get asked() {
      return asked;
    },
    get inFlight() {
      return inFlight;
    },
    get widest() {
      return widest;
    },
    async call({ name: service }, operation, input, options) {
      if (service === 'secretsmanager' && operation === 'GetSecretValue' && options.access === 'read') {
        const { SecretId, VersionStage = 'AWSCURRENT' } = input as { SecretId: string; VersionStage?: string }; // the operation says which of the port's inputs it is
        asked.push(`${SecretId}@${VersionStage}`);
        if (stores.failure) fail(stores.failure.code, stores.failure.retryable, stores.failure.message);
        if (stores.denied?.includes(SecretId)) fail('AccessDeniedException');
        const text = stores.secrets?.[VersionStage === 'AWSCURRENT' ? SecretId : `${SecretId}@${VersionStage}`];
        if (text === undefined) fail('ResourceNotFoundException');
        return { SecretString: text, VersionId: 'v1' } as never; // the operation's output
      }
      if (service !== 'ssm' || operation !== 'GetParameters' || options.access !== 'read') {
        throw new TypeError(`unexpected ${service} ${operation} (${options.access})`);
      }
      // The operation says which of the port's inputs it is.
      const { Names, WithDecryption } = input as { Names: string[]; WithDecryption?: boolean };
      if (WithDecryption !== true) throw new TypeError('unexpected call without decryption');
      requests.push(Names);
      inFlight += 1;
      widest = Math.max(widest, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      options.signal?.throwIfAborted();
      // The operation says which of the port's outputs it is.
      return answer(Names) as never;
    },
    as: () => aws,
  };
  return aws;
}
