import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';

/** The quotas that an account begins with. Source: "Service quotas". */
export const describeLimits: Action = (raw, context) => {
  checkInput(raw, {});
  context.touches('*');
  return {
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  };
};
