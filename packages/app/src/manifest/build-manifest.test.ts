import { queue } from '@twelvefold/backing';
import { defineConfig, env, file, parameterStore } from '@twelvefold/config';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineApp } from '../define-app.ts';
import { buildManifest } from './build-manifest.ts';

const schema = z.object({ greeting: z._default(z.string(), 'Hello') });
const name = '/greeter/{stage}/greeting';

describe('buildManifest', () => {
  it('lists defaults to be put into Parameter Store, unless they would win over a file there', () => {
    const parameters = (...sources: Parameters<typeof defineConfig>[0]['sources']) =>
      buildManifest(defineApp({ name: 'greeter', config: defineConfig({ schema, sources }) }), {}).config.parameters;
    expect(parameters(env(), parameterStore())).toEqual([{ key: 'greeting', name, default: 'Hello' }]);
    expect(parameters(env(), parameterStore(), file('config.json'))).toEqual([{ key: 'greeting', name }]);
  });

  it('refuses components of another app and two of one name', () => {
    const make = () =>
      defineApp({
        name: 'greeter',
        backing: { requests: queue('requests', { schema: z.object({ name: z.string() }) }) },
      });
    const [app, other] = [make(), make()];
    const consumer = () => app.consumer('requests', { uses: {} }, async () => undefined);
    expect(() => buildManifest(other, { 'a.js': consumer() })).toThrow(/'a.js' belongs to another app/);
    expect(() => buildManifest(app, { 'a.js': consumer(), 'b.js': consumer() })).toThrow(/both named 'requests'/);
  });
});
