import { bundleBytes } from './bundle-bytes.ts';
import { cacheRead } from './cache.ts';
import { cachedRead } from './cached-read.ts';
import { coldStart } from './cold-start.ts';
import { configLoad } from './config-load.ts';
import { consume } from './consume.ts';
import { emf } from './emf.ts';
import { enforcement } from './enforcement.ts';
import { httpEvent } from './http-event.ts';
import { httpService } from './http-service.ts';
import { httpServiceLoad } from './http-service-load.ts';
import { lambdaBatch } from './lambda-batch.ts';
import { localStart } from './local-start.ts';
import { lock } from './lock.ts';
import { log } from './log.ts';
import type { Measurement } from './measurement.ts';
import { produce } from './produce.ts';
import { queueRequests } from './queue-requests.ts';
import { session } from './session.ts';
import { sessionCalls } from './session-calls.ts';
import { sql } from './sql.ts';
import { table } from './table.ts';
import { taskRun } from './task-run.ts';

/** In the order of the table. */
export const MEASUREMENTS: readonly Measurement[] = [
  coldStart,
  bundleBytes,
  configLoad,
  cachedRead,
  consume,
  queueRequests,
  produce,
  lambdaBatch,
  sessionCalls,
  session,
  table,
  lock,
  taskRun,
  cacheRead,
  sql,
  log,
  emf,
  httpEvent,
  httpService,
  httpServiceLoad,
  localStart,
  enforcement,
];
