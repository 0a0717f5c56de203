import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';

/** For clients that discover endpoints: this one. */
export const describeEndpoints: Action = (raw, context) => {
  checkInput(raw, {});
  context.touches('*');
  return { Endpoints: [{ Address: new URL(context.origin).host, CachePeriodInMinutes: 1440 }] };
};
