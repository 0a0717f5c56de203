import { buildManifest } from 'twelvefold/manifest';
import { app } from './app.ts';
import { api } from './components/api.ts';
import { greeter } from './components/greeter.ts';
import { countGreetings } from './tasks/count-greetings.ts';

/** The app as data, for twelvefold dev and infra.ts. The keys are built entries of functions. */
export const manifest = buildManifest(app, {
  'lambda/http.js': api,
  'lambda/requests.js': greeter,
  'lambda/count-greetings.js': countGreetings,
});
