import { pino } from 'pino';
import { contest } from '../support/contest.ts';
import { LOG_LINES, logFields } from '../support/log-fields.ts';

// Synchronous, as by default, and with the fields that Powertools writes: level, timestamp,
// service.
const logger = pino({ base: { service: 'bench' }, timestamp: pino.stdTimeFunctions.isoTime });
await contest(LOG_LINES, (lines) => {
  for (let line = 0; line < lines; line += 1) logger.info(logFields(line), 'order placed');
});
