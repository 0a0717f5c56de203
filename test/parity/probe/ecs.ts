import { run } from 'twelvefold/ecs';
import { app } from './app.ts';
import { http } from './components/http.ts';
import { jobs } from './components/jobs.ts';
import { letters } from './components/letters.ts';
import { mirror } from './components/mirror.ts';
import { steps } from './components/steps.ts';
import { ledger } from './ledger.ts';

await run(app, [http, jobs, steps, mirror, letters], { resources: [ledger] });
