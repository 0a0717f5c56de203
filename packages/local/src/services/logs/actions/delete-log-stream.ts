import type { Action } from '../../../core/service.ts';
import { groupOf, streamOf } from '../find.ts';

export const deleteLogStream: Action = (input, context) => {
  const group = groupOf(input, context);
  group.streams.delete(streamOf(group, input, context).name);
};
