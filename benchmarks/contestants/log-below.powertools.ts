import { Logger } from '@aws-lambda-powertools/logger';
import { contest } from '../support/contest.ts';
import { logFields } from '../support/log-fields.ts';

const FIELDS = logFields(1);
const logger = new Logger({ serviceName: 'bench' });
await contest(500_000, (calls) => {
  for (let call = 0; call < calls; call += 1) logger.debug('order placed', FIELDS);
});
