import type { Action } from '../../../core/service.ts';
import { requestedKey } from '../find-key.ts';
import { writeKey } from '../write-key.ts';

export const describeKey: Action = (input, context) => ({ KeyMetadata: writeKey(requestedKey(input, context)) });
