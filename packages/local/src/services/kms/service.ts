import type { ServiceModule } from '../../core/service.ts';
import { createAlias } from './actions/create-alias.ts';
import { createKey } from './actions/create-key.ts';
import { decrypt } from './actions/decrypt.ts';
import { deleteAlias } from './actions/delete-alias.ts';
import { describeKey } from './actions/describe-key.ts';
import { disableKey, enableKey } from './actions/enable-key.ts';
import { encrypt } from './actions/encrypt.ts';
import { generateDataKey, generateDataKeyWithoutPlaintext } from './actions/generate-data-key.ts';
import { generateRandom } from './actions/generate-random.ts';
import { getKeyPolicy, listKeyPolicies, putKeyPolicy } from './actions/key-policy.ts';
import {
  disableKeyRotation,
  enableKeyRotation,
  getKeyRotationStatus,
  listKeyRotations,
  rotateKeyOnDemand,
} from './actions/key-rotation.ts';
import { listResourceTags, tagResource, untagResource } from './actions/key-tags.ts';
import { listAliases } from './actions/list-aliases.ts';
import { listKeys } from './actions/list-keys.ts';
import { reEncrypt } from './actions/re-encrypt.ts';
import { cancelKeyDeletion, scheduleKeyDeletion } from './actions/schedule-key-deletion.ts';
import { updateAlias } from './actions/update-alias.ts';
import { updateKeyDescription } from './actions/update-key-description.ts';

export const kms: ServiceModule = {
  name: 'kms',
  json: { targetPrefix: 'TrentService', version: '1.1' },
  actions: {
    CancelKeyDeletion: cancelKeyDeletion,
    CreateAlias: createAlias,
    CreateKey: createKey,
    Decrypt: decrypt,
    DeleteAlias: deleteAlias,
    DescribeKey: describeKey,
    DisableKey: disableKey,
    DisableKeyRotation: disableKeyRotation,
    EnableKey: enableKey,
    EnableKeyRotation: enableKeyRotation,
    Encrypt: encrypt,
    GenerateDataKey: generateDataKey,
    GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
    GenerateRandom: generateRandom,
    GetKeyPolicy: getKeyPolicy,
    GetKeyRotationStatus: getKeyRotationStatus,
    ListAliases: listAliases,
    ListKeyPolicies: listKeyPolicies,
    ListKeyRotations: listKeyRotations,
    ListKeys: listKeys,
    ListResourceTags: listResourceTags,
    PutKeyPolicy: putKeyPolicy,
    ReEncrypt: reEncrypt,
    RotateKeyOnDemand: rotateKeyOnDemand,
    ScheduleKeyDeletion: scheduleKeyDeletion,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateAlias: updateAlias,
    UpdateKeyDescription: updateKeyDescription,
  },
};
