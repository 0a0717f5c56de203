import { pino } from 'pino';
import { contest } from '../support/contest.ts';
import { logFields } from '../support/log-fields.ts';

const FIELDS = logFields(1);
const logger = pino({ base: { service: 'bench' } });
await contest(20_000_000, (calls) => {
  for (let call = 0; call < calls; call += 1) logger.debug(FIELDS, 'order placed');
});
