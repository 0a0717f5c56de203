import { defineApp } from 'twelvefold';

/** Put in the code by the bundler. */
declare const VERSION: string | undefined;
const version = typeof VERSION === 'undefined' ? 'source' : VERSION;

export const app = defineApp({ name: 'proof', backing: {} });
export const api = app.http({ uses: {} }, () => {
  if (version === 'broken') throw new Error('This version is broken');
  return new Response(version);
});
