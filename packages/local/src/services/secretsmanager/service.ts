import type { ServiceModule } from '../../core/service.ts';
import { batchGetSecretValue, listSecrets } from './listing.ts';
import { getRandomPassword } from './random-password.ts';
import {
  onPrimary,
  removeRegionsFromReplication,
  replicateSecretToRegions,
  stopReplicationToReplica,
} from './replication.ts';
import {
  deleteResourcePolicy,
  getResourcePolicy,
  putResourcePolicy,
  validateResourcePolicy,
} from './resource-policy.ts';
import { armRotation, cancelRotateSecret, rotateSecret } from './rotation.ts';
import { liveSecrets } from './secret-store.ts';
import {
  createSecret,
  deleteSecret,
  describeSecret,
  restoreSecret,
  tagResource,
  untagResource,
  updateSecret,
} from './secrets.ts';
import { getSecretValue, listSecretVersionIds, putSecretValue, updateSecretVersionStage } from './values.ts';

export const secretsManager: ServiceModule = {
  name: 'secretsmanager',
  json: {
    targetPrefix: 'secretsmanager',
    version: '1.1',
    // The errors of its service model. ValidationException and AccessDeniedException are not
    // among them (recorded on AWS).
    capitalMessage: new Set([
      'DecryptionFailure',
      'EncryptionFailure',
      'InternalServiceError',
      'InvalidNextTokenException',
      'InvalidParameterException',
      'InvalidRequestException',
      'LimitExceededException',
      'MalformedPolicyDocumentException',
      'PreconditionNotMetException',
      'PublicPolicyException',
      'ResourceExistsException',
      'ResourceNotFoundException',
    ]),
  },
  refused: {
    CreateSecret: ['Type'],
    RotateSecret: ['ExternalSecretRotationMetadata', 'ExternalSecretRotationRoleArn'],
    UpdateSecret: ['Type'],
  },
  actions: {
    BatchGetSecretValue: batchGetSecretValue,
    CancelRotateSecret: onPrimary(cancelRotateSecret),
    CreateSecret: createSecret,
    DeleteResourcePolicy: deleteResourcePolicy,
    DeleteSecret: onPrimary(deleteSecret),
    DescribeSecret: describeSecret,
    GetRandomPassword: getRandomPassword,
    GetResourcePolicy: getResourcePolicy,
    GetSecretValue: getSecretValue,
    ListSecretVersionIds: listSecretVersionIds,
    ListSecrets: listSecrets,
    PutResourcePolicy: putResourcePolicy,
    PutSecretValue: onPrimary(putSecretValue),
    RemoveRegionsFromReplication: onPrimary(removeRegionsFromReplication),
    ReplicateSecretToRegions: onPrimary(replicateSecretToRegions),
    RestoreSecret: onPrimary(restoreSecret),
    RotateSecret: onPrimary(rotateSecret),
    StopReplicationToReplica: stopReplicationToReplica,
    TagResource: onPrimary(tagResource),
    UntagResource: onPrimary(untagResource),
    UpdateSecret: onPrimary(updateSecret),
    UpdateSecretVersionStage: onPrimary(updateSecretVersionStage),
    ValidateResourcePolicy: validateResourcePolicy,
  },
  resume: (context) => {
    for (const secret of liveSecrets(context).values()) {
      if (secret.primaryRegion === undefined) armRotation(secret, context);
    }
  },
};
