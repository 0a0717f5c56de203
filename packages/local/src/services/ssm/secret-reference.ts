import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { findSecret, secretArnForPolicy } from '../secretsmanager/secret-store.ts';
import { openValue, openVersion } from '../secretsmanager/secret-version.ts';
import type { ParameterRequest } from './parameter-types.ts';

const PREFIX = '/aws/reference/secretsmanager/';

export const isSecretReference = ({ name }: ParameterRequest) => name.startsWith(PREFIX);

function notFound(request: ParameterRequest): ServiceError {
  // The missing slash and the "null" are AWS's own (aws/aws-dotnet-extensions-configuration#199).
  return new ServiceError(
    'ParameterNotFound',
    `An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret ${request.name.slice(1)}${request.selector === undefined ? 'null' : `:${request.selector}`} not found.`,
  );
}

/**
 * The secret behind `/aws/reference/secretsmanager/ID`, as a `Parameter`.
 *
 * @throws ServiceError `ValidationException` without decryption and for a secret that is being
 *   deleted, `ParameterNotFound` for a secret, label or version that does not exist.
 */
export function readSecretReference(request: ParameterRequest, withDecryption: boolean, context: CallContext) {
  const id = request.name.slice(PREFIX.length);
  if (!withDecryption) {
    throw new ServiceError(
      'ValidationException',
      'WithDecryption flag must be True for retrieving a Secret Manager secret.',
    );
  }
  context.touches(secretArnForPolicy(id, context), 'secretsmanager:GetSecretValue');
  try {
    const secret = findSecret(id, context);
    const { selector } = request;
    const isVersion = selector !== undefined && secret.versions.has(selector);
    const version = openVersion(secret, isVersion ? { id: selector } : { stage: selector }, context);
    const { string } = openValue(secret, version, context);
    const stages = [...version.stages].sort();
    return {
      ARN: secret.arn,
      LastModifiedDate: version.createdMs / 1000,
      Name: request.name,
      Selector: selector === undefined ? undefined : `:${selector}`,
      SourceResult: JSON.stringify({
        ARN: secret.arn,
        name: secret.name,
        versionId: version.id,
        secretString: string,
        versionStages: stages,
        createdDate: new Date(version.createdMs).toISOString(),
      }),
      Type: 'SecureString',
      Value: string,
      Version: 0,
    };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.code === 'ResourceNotFoundException') throw notFound(request);
    throw new ServiceError('ValidationException', 'Invalid Request to Secrets Manager');
  }
}
