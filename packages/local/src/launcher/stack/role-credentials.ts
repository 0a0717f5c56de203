import { messageOf } from '@twelvefold/core/internal';
import type { AwsClient } from '../../client/aws-client.ts';
import { createAwsClient } from '../../client/aws-client.ts';
import type { Credentials } from '../../client/sign-request.ts';
import { xmlAt } from '../../client/xml.ts';

/** The endpoint of the stack, as far as credentials depend on it. */
interface RoleCredentialsOptions {
  readonly endpoint: string;
  readonly region: string;
  /** Of the launcher. */
  readonly credentials: Credentials;
}

/** Where a service of AWS runs something for the stack. */
export interface ServiceSource {
  /** Its principal, e.g. `lambda.amazonaws.com`. */
  readonly by: string;
  /** The resource that it runs: `aws:SourceArn`. */
  readonly arn: string;
}

/** The credentials that AWS's services give to processes of a stack. */
export interface RoleCredentials {
  /** Whether the endpoint is a local AWS, where logs may be written as AWS's services do. */
  readonly local: boolean;
  /** Whether the endpoint enforces permissions, so that roles count. */
  readonly enforced: boolean;
  /**
   * Credentials of a session of the role, assumed by a service.
   *
   * @param session - Lambda names it after the function, ECS after the task
   * @throws {Error} naming the role, when its trust refuses the service
   */
  assume(roleArn: string, source: ServiceSource, session: string): Promise<Credentials>;
  /** A client that calls as the service itself. */
  clientOf(source: ServiceSource): AwsClient;
}

async function askEndpoint(endpoint: string): Promise<Pick<RoleCredentials, 'local' | 'enforced'>> {
  const other = { local: false, enforced: false };
  if (endpoint === 'aws') return other;
  try {
    const response = await fetch(new URL('/_twelvefold/health', endpoint), { signal: AbortSignal.timeout(5_000) });
    const health: unknown = response.ok ? await response.json() : await response.body?.cancel();
    if (typeof health !== 'object' || health === null || !('enforce' in health)) return other;
    return { local: true, enforced: health.enforce === true };
  } catch {
    // Another endpoint than ours, or none: the first call says so.
    return other;
  }
}

/**
 * Roles count where the endpoint enforces permissions; elsewhere every process has the credentials
 * of the launcher.
 */
export async function roleCredentials(options: RoleCredentialsOptions): Promise<RoleCredentials> {
  const { endpoint, region, credentials } = options;
  const settings = await askEndpoint(endpoint);
  const clientOf = ({ by, arn }: ServiceSource) =>
    createAwsClient({
      endpoint,
      region,
      credentials: { accessKeyId: by, secretAccessKey: credentials.secretAccessKey },
      headers: { 'x-amz-source-arn': arn, 'x-amz-source-account': arn.split(':')[4] ?? '' },
    });
  const assume: RoleCredentials['assume'] = async (roleArn, source, session) => {
    try {
      const answer = await clientOf(source).query('sts', 'AssumeRole', {
        RoleArn: roleArn,
        RoleSessionName: session.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64),
      });
      const value = (name: string) => xmlAt(answer, 'Credentials', name)?.text ?? '';
      return {
        accessKeyId: value('AccessKeyId'),
        secretAccessKey: value('SecretAccessKey'),
        sessionToken: value('SessionToken'),
      };
    } catch (cause) {
      const reason = messageOf(cause);
      throw new Error(`Cannot launch ${session}: ${source.by} cannot assume its role ${roleArn}: ${reason}`, { cause });
    }
  };
  return { ...settings, assume, clientOf };
}

/** The variables that give a process its credentials. */
export function credentialVariables({ accessKeyId, secretAccessKey, sessionToken }: Credentials) {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  };
}
