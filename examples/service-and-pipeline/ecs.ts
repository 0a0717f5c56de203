import { run } from 'twelvefold/ecs';
import { api, app } from './app.ts';

await run(app, [api]);
