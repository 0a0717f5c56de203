import { createLogger } from '@twelvefold/logging';
import { contest } from '../support/contest.ts';
import { LOG_LINES, logFields } from '../support/log-fields.ts';

const logger = createLogger({ service: 'bench', env: {} });
await contest(LOG_LINES, (lines) => {
  for (let line = 0; line < lines; line += 1) logger.info('order placed', logFields(line));
});
