import { requireStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { parameterArn, parameterKey } from '../parameter-name.ts';
import { liveParameters } from '../store.ts';

export const deleteParameters: Action = (input, context) => {
  const all = liveParameters(context);
  const deleted: string[] = [];
  const invalid: string[] = [];
  for (const name of new Set(requireStrings(input, 'Names', { min: 1, max: 10 }))) {
    context.touches(parameterArn(name, context));
    (all.delete(parameterKey(name)) ? deleted : invalid).push(name);
  }
  return { DeletedParameters: deleted, InvalidParameters: invalid };
};
