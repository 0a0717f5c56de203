import { run } from 'twelvefold/ecs';
import { app } from './app.ts';
import { api } from './components/api.ts';

// The queue and the task are functions: lambda/.
await run(app, [api]);
