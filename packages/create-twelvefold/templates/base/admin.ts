import { admin } from 'twelvefold/admin';
import { app } from './app.ts';
import { countGreetings } from './tasks/count-greetings.ts';

await admin(app, [countGreetings], process.argv);
