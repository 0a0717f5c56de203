import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderTemplate } from './render-template.ts';
import { TEMPLATE_FILE } from './template-file.ts';

it('has the template that the manifest and the constructs give checked in', () => {
  const isCurrent = readFileSync(TEMPLATE_FILE, 'utf8') === renderTemplate({ validate: false });
  expect(isCurrent, 'infra/templates/orders.template.json is stale: run npm run synth -w infra and commit it').toBe(
    true,
  );
});

it('gives the same text in every run, with nothing of the machine in it', () => {
  const text = renderTemplate({ validate: false });
  expect(renderTemplate({ validate: false })).toBe(text);
  expect(text.endsWith('}\n')).toBe(true);
  for (const trace of [
    process.cwd(),
    import.meta.dirname,
    'aws:cdk',
    'CDKMetadata',
    'BootstrapVersion',
    'AssetParameters',
  ]) {
    expect(text).not.toContain(trace);
  }
});
