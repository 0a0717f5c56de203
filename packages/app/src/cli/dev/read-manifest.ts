import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { execPath } from 'node:process';
import { pathToFileURL } from 'node:url';
import type { Manifest } from '../../manifest/manifest.ts';

/**
 * Runs in a separate process, so that each call sees the files as they are now. An app without a
 * manifest has its resources, but no functions.
 */
const SCRIPT = `
const [url, builder] = process.argv.slice(1);
try {
  const exported = await import(url);
  const { buildManifest } = await import(builder);
  const { manifest, app } = exported;
  if (manifest === undefined && app === undefined) {
    throw new Error('it exports neither manifest nor app, but ' + (Object.keys(exported).join(', ') || 'nothing'));
  }
  process.send({ manifest: JSON.stringify(manifest ?? buildManifest(app, {})) });
} catch (error) {
  const frame = String(error?.stack).split('\\n').find((line) => line.includes('file://') && !line.includes('node_modules'));
  process.send({ fault: (error?.message ?? String(error)) + (frame === undefined ? '' : '\\n' + frame) });
}
process.disconnect();
`;

/**
 * Reads the manifest that a module exports as `manifest`, or the one of its `app`.
 *
 * @param builder URL of `twelvefold/manifest`
 * @throws Error that names the module and the reason
 */
export async function readManifest(module: string, builder: string): Promise<Manifest> {
  if (!existsSync(module)) throw new Error(`Cannot read the manifest of ${module}: there is no such file`);
  const url = pathToFileURL(module).href;
  const child = spawn(execPath, ['--input-type=module', '-e', SCRIPT, url, builder], {
    // What the module writes is not a result.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let answer: { manifest?: string; fault?: string } | undefined;
  child.on('message', (message: typeof answer) => {
    answer = message;
  });
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
  if (answer?.manifest !== undefined) return JSON.parse(answer.manifest);
  throw new Error(`Cannot read the manifest of ${module}: ${answer?.fault ?? 'the process ended before it was read'}`);
}
