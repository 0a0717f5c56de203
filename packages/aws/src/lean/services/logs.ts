import { jsonService } from './json-protocol.ts';

/** CloudWatch Logs by AWS JSON 1.1. */
export const logs = jsonService({ target: 'Logs_20140328', version: '1.1' });
