import { isMainThread } from 'node:worker_threads';
import { installLightHttp } from 'twelvefold';
import { lambda } from 'twelvefold/lambda';
import { http } from '../components/http.ts';
import { ledger } from '../ledger.ts';

// Light on worker threads, the platform's elsewhere: each scenario compares both with the service.
if (!isMainThread) installLightHttp();
export const handler = await lambda(http, { resources: [ledger] });
