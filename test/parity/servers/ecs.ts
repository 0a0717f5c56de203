import { run } from 'twelvefold/ecs';
import { app, http } from './app.ts';

await run(app, [http]);
