#!/usr/bin/env node
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { commands } from './commands.ts';
import { createLoader } from './create-loader.ts';
import { dispatch } from './dispatch.ts';

const cwd = process.cwd();

// From src/cli and from dist/cli it is the same way up.
const { version }: { version: string } = JSON.parse(
  await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
);

// A reader that went away (`twelvefold bindings ... | head -1`) has what it wanted.
process.stdout.on('error', () => {});

process.exitCode = await dispatch({
  commands,
  argv: process.argv.slice(2),
  version,
  io: {
    stdout: process.stdout,
    stderr: process.stderr,
    isTTY: process.stdout.isTTY === true,
    env: process.env,
    load: createLoader({
      cwd,
      importModule: (url) => import(url),
      typescript: Boolean(process.features.typescript),
      nodeVersion: process.version,
    }),
    readFile: async (path) => {
      try {
        return await readFile(resolve(cwd, path), 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    writeFile: (path, text) => writeFile(resolve(cwd, path), text),
  },
});
