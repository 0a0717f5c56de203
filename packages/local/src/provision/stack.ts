import type { AwsClientOptions } from '../client/aws-client.ts';
import type { Credentials } from '../client/sign-request.ts';

/** A resource of a template. */
export interface ProvisionedResource {
  readonly logicalId: string;
  readonly type: string;
  /** The value of `Ref`: a queue's URL, a topic's ARN, a table's name. */
  readonly physicalId: string;
  /** Functions resolved. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** As in the template. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /**
   * False for types that are not created by API calls, e.g. functions and roles: their ids are made
   * up.
   */
  readonly created: boolean;
}

/** A template whose resources exist. */
export interface ProvisionedStack {
  readonly outputs: Readonly<Record<string, string>>;
  /** In the order of the template, without those whose condition is false. */
  readonly resources: readonly ProvisionedResource[];
  /** `value` with the template's functions (`Ref`, `Fn::GetAtt`, `Fn::Sub`...) resolved. */
  resolve(value: unknown): unknown;
}

/** The outcome for one resource. */
export interface ProvisionProgress {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  /** `listed` for types that are not created by API calls. */
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'listed';
  /** The parts that were left out or left alone, and the reason. */
  readonly note: string | undefined;
}

export interface ConnectionOptions {
  /**
   * The endpoint's URL, or `aws` for AWS's own endpoints. Never guessed, so that a laptop does not
   * reach AWS by accident.
   */
  readonly endpoint: string;
  /** @defaultValue `AWS_REGION` or `AWS_DEFAULT_REGION` of `env` */
  readonly region?: string | undefined;
  /** @defaultValue the `AWS_` variables of `env`; for an endpoint on this machine any will do */
  readonly credentials?: Credentials | undefined;
  /**
   * Where region and credentials come from when they are not given, e.g. `process.env`.
   *
   * @defaultValue empty
   */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

function checkEndpoint(endpoint: string): void {
  if (endpoint === 'aws') return;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new TypeError(
      `Cannot provision: the endpoint "${endpoint}" is not an http(s) URL; write "aws" for AWS's own endpoints`,
    );
  }
}

const isThisMachine = (endpoint: string) =>
  endpoint !== 'aws' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(endpoint).hostname);

/** @throws Error naming what is missing and both ways to give it. */
export function readConnection(
  options: ConnectionOptions,
): Pick<AwsClientOptions, 'endpoint' | 'region' | 'credentials'> {
  const { endpoint, env = {} } = options;
  checkEndpoint(endpoint);
  const region = options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION);
  if (!region) throw new Error('Cannot provision: there is no region; give the option `region` or set AWS_REGION');
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = env;
  const found =
    options.credentials ??
    (accessKeyId && secretAccessKey
      ? { accessKeyId, secretAccessKey, sessionToken: AWS_SESSION_TOKEN || undefined }
      : undefined);
  if (found === undefined && !isThisMachine(endpoint)) {
    throw new Error(
      'Cannot provision: there are no credentials; give the option `credentials` or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  return { endpoint, region, credentials: found ?? { accessKeyId: 'local', secretAccessKey: 'local' } };
}
