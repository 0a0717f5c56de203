import { rmSync } from 'node:fs';
import { manifest } from '../examples/orders/manifest.ts';
import { ordersApp } from './app.ts';

/**
 * The text of the example's template: the same on every machine, and in every run.
 *
 * @throws Error when the template is to be validated and breaks one of CDK's rules.
 */
export function renderTemplate(options: { readonly validate: boolean }): string {
  const { app, stack } = ordersApp(manifest, options);
  const assembly = app.synth();
  try {
    return `${JSON.stringify(assembly.getStackArtifact(stack.artifactId).template, null, 2)}\n`;
  } finally {
    // CDK writes to a new temporary folder and does not delete it.
    rmSync(assembly.directory, { recursive: true, force: true });
  }
}
