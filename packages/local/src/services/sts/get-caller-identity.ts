import type { Action } from '../../core/service.ts';

/** Every key belongs to the account's root: there are no users here. */
export const getCallerIdentity: Action = (_input, { account }) => ({
  UserId: account,
  Account: account,
  Arn: `arn:aws:iam::${account}:root`,
});
