import type { ServiceModule } from '../../core/service.ts';
import { assumeRole, assumeRoleWithWebIdentity, getCallerIdentity, getSessionToken } from './roles.ts';

export const sts: ServiceModule = {
  name: 'sts',
  query: { xmlns: 'https://sts.amazonaws.com/doc/2011-06-15/', integers: ['DurationSeconds'] },
  actions: {
    AssumeRole: assumeRole,
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
    GetCallerIdentity: getCallerIdentity,
    GetSessionToken: getSessionToken,
  },
};
