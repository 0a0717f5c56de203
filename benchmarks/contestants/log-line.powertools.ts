import { Logger } from '@aws-lambda-powertools/logger';
import { contest } from '../support/contest.ts';
import { LOG_LINES, logFields } from '../support/log-fields.ts';

const logger = new Logger({ serviceName: 'bench' });
await contest(LOG_LINES, (lines) => {
  for (let line = 0; line < lines; line += 1) logger.info('order placed', logFields(line));
});
