import type { ServiceModule } from '../../core/service.ts';
import { batchGetSecretValue } from './actions/batch-get-secret-value.ts';
import { cancelRotateSecret } from './actions/cancel-rotate-secret.ts';
import { createSecret } from './actions/create-secret.ts';
import { deleteSecret } from './actions/delete-secret.ts';
import { describeSecret } from './actions/describe-secret.ts';
import { getRandomPassword } from './actions/get-random-password.ts';
import { getSecretValue } from './actions/get-secret-value.ts';
import { listSecretVersionIds } from './actions/list-secret-version-ids.ts';
import { listSecrets } from './actions/list-secrets.ts';
import { putSecretValue } from './actions/put-secret-value.ts';
import {
  deleteResourcePolicy,
  getResourcePolicy,
  putResourcePolicy,
  validateResourcePolicy,
} from './actions/resource-policy.ts';
import { restoreSecret } from './actions/restore-secret.ts';
import { rotateSecret } from './actions/rotate-secret.ts';
import { tagResource } from './actions/tag-resource.ts';
import { untagResource } from './actions/untag-resource.ts';
import { updateSecret } from './actions/update-secret.ts';
import { updateSecretVersionStage } from './actions/update-secret-version-stage.ts';
import { armRotation } from './rotate.ts';
import { liveSecrets } from './store.ts';

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
