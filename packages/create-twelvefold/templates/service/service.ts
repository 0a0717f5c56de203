import { run } from 'twelvefold/ecs';
import { app } from './app.ts';
import { api } from './components/api.ts';
import { greeter } from './components/greeter.ts';

await run(app, [api, greeter]);
