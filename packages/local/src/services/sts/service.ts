import type { ServiceModule } from '../../core/service.ts';
import { getCallerIdentity } from './get-caller-identity.ts';

export const sts: ServiceModule = {
  name: 'sts',
  query: { xmlns: 'https://sts.amazonaws.com/doc/2011-06-15/' },
  actions: { GetCallerIdentity: getCallerIdentity },
};
