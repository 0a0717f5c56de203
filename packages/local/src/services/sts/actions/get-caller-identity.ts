import type { Action } from '../../../core/service.ts';

export const getCallerIdentity: Action = (_input, { principal }) => ({
  UserId: principal.userId,
  Account: principal.account,
  Arn: principal.arn,
});
