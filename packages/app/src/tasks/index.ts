/** Tasks that most apps need, made of their definitions. @module */

export { backfillTable } from './backfill-table.ts';
export { configStore } from './config-store.ts';
export { endSessions } from './end-sessions.ts';
export { flushCache } from './flush-cache.ts';
export { type Migration, migrateDatabase } from './migrate-database.ts';
export { pushConfig } from './push-config.ts';
export { redriveDeadLetters } from './redrive-dead-letters.ts';
