import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { askChoices } from './ask-choices.ts';
import type { Choices, Given } from './choices.ts';
import { HELP, nameOf, readArguments, UsageError } from './choices.ts';
import { createApp } from './create-app.ts';
import type { PackageManager } from './package-manager.ts';
import { COMMANDS, PACKAGE_MANAGERS } from './package-manager.ts';

/** Runs the command line of `process` and sets its exit code. */
export async function runCreate(process: NodeJS.Process): Promise<void> {
  const { stdout, stderr } = process;
  try {
    const given = readArguments(process.argv.slice(2));
    const root = join(import.meta.dirname, '..');
    const { version }: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    if (given.help || given.version) {
      stdout.write(given.help ? HELP : `${version}\n`);
      return;
    }
    const asks = !given.yes && !given.json && process.stdin.isTTY === true && stdout.isTTY === true;
    const defaults = defaultsOf(given, process.env.npm_config_user_agent);
    const choices = asks ? await askChoices(given, defaults) : defaults;
    if (choices === undefined) {
      process.exitCode = 1;
      return;
    }
    const folder = resolve(choices.folder);
    const options = { ...choices, folder, name: nameOf(choices.folder), version, templates: join(root, 'templates') };
    const files = await createApp(options);
    if (choices.install) await install(folder, choices.pm, given);
    const next = nextCommands(choices);
    stdout.write(
      given.json
        ? `${JSON.stringify({ folder, template: choices.template, files, next })}\n`
        : `Created ${folder} with ${files.length} files.\n\n${next.map(({ command, does }) => `  ${command.padEnd(30)} # ${does}\n`).join('')}`,
    );
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    for (const line of text.split('\n')) stderr.write(`create-twelvefold: ${line}\n`);
    process.exitCode = error instanceof UsageError ? 64 : 1;
  }
}

function defaultsOf(given: Given, userAgent = ''): Choices {
  return {
    folder: given.folder ?? 'my-app',
    template: given.template ?? 'both',
    // e.g. `pnpm/10.4.1 npm/? node/v24.21.0 linux x64`
    pm: given.pm ?? PACKAGE_MANAGERS.find((name) => userAgent.startsWith(`${name}/`)) ?? 'npm',
    install: given.install ?? false,
    overwrite: given.overwrite,
  };
}

function nextCommands({ folder, template, pm, install }: Choices) {
  const { run, exec } = COMMANDS[pm];
  return [
    ...(resolve(folder) === resolve('.') ? [] : [{ command: `cd ${folder}`, does: 'into the app' }]),
    ...(install ? [] : [{ command: `${pm} install`, does: 'install the dependencies' }]),
    { command: `${run} test`, does: 'types and tests' },
    { command: `${run} dev`, does: 'the app on this machine, at http://127.0.0.1:8080' },
    { command: `${exec} cdk bootstrap`, does: 'once for each AWS account and region' },
    {
      command: `STAGE=dev ${run} deploy`,
      does: template === 'functions' ? 'to your AWS account' : 'to your AWS account; builds the image with Docker',
    },
  ];
}

function install(folder: string, pm: PackageManager, { offline, json }: Given): Promise<void> {
  return new Promise((done, fail) => {
    const args = ['install', ...(offline ? ['--offline'] : [])];
    // With --json standard output has one line; everything else goes to standard error.
    const child = spawn(pm, args, { cwd: folder, stdio: ['ignore', json ? 2 : 'inherit', 'inherit'] });
    child.on('error', (cause) => fail(new Error(`Cannot install: ${pm} cannot be started`, { cause })));
    child.on('exit', (code) => {
      if (code === 0) done();
      else fail(new Error(`Cannot install: ${pm} ${args.join(' ')} ended with ${code}; the files are in ${folder}`));
    });
  });
}
