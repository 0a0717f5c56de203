import { createLogger } from '@twelvefold/logging';
import { contest } from '../support/contest.ts';
import { logFields } from '../support/log-fields.ts';

const FIELDS = logFields(1);
const logger = createLogger({ service: 'bench', env: {} });
await contest(20_000_000, (calls) => {
  for (let call = 0; call < calls; call += 1) logger.debug('order placed', FIELDS);
});
