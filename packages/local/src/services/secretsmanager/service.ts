import type { ServiceModule } from '../../core/service.ts';
import { batchGetSecretValue, listSecrets } from './listing.ts';
import { getRandomPassword } from './random-password.ts';
import {
  deleteResourcePolicy,
  getResourcePolicy,
  putResourcePolicy,
  validateResourcePolicy,
} from './resource-policy.ts';
import { armRotation, cancelRotateSecret, rotateSecret } from './rotation.ts';
import { liveSecrets } from './secret-store.ts';
import { createSecret, deleteSecret, describeSecret, restoreSecret, updateSecret } from './secrets.ts';
import { tagResource, untagResource } from './tags.ts';
import { getSecretValue, listSecretVersionIds, putSecretValue, updateSecretVersionStage } from './values.ts';

export const secretsManager: ServiceModule = {
  name: 'secretsmanager',
  json: { targetPrefix: 'secretsmanager', version: '1.1' },
  actions: {
    BatchGetSecretValue: batchGetSecretValue,
    CancelRotateSecret: cancelRotateSecret,
    CreateSecret: createSecret,
    DeleteResourcePolicy: deleteResourcePolicy,
    DeleteSecret: deleteSecret,
    DescribeSecret: describeSecret,
    GetRandomPassword: getRandomPassword,
    GetResourcePolicy: getResourcePolicy,
    GetSecretValue: getSecretValue,
    ListSecretVersionIds: listSecretVersionIds,
    ListSecrets: listSecrets,
    PutResourcePolicy: putResourcePolicy,
    PutSecretValue: putSecretValue,
    RestoreSecret: restoreSecret,
    RotateSecret: rotateSecret,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateSecret: updateSecret,
    UpdateSecretVersionStage: updateSecretVersionStage,
    ValidateResourcePolicy: validateResourcePolicy,
  },
  resume: (context) => {
    for (const secret of liveSecrets(context).values()) armRotation(secret, context);
  },
};
