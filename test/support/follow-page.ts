import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { guideFiles } from './guide-files.ts';
import { NOT_RUN } from './not-run-commands.ts';
import type { PageCommand } from './page-commands.ts';
import { commandsOf, readPage } from './page-commands.ts';
import type { PageShell } from './page-shell.ts';

const ROOT = join(import.meta.dirname, '../..');

export interface FollowOptions {
  /** Called before each command: what the reader does beside the commands. */
  before?(command: PageCommand): Promise<void> | void;
  /** Called with what a command printed. */
  after?(command: PageCommand, output: string): Promise<void> | void;
  /** Exit codes that are not 0, by a part of the command. */
  readonly codes?: Readonly<Record<string, number>>;
}

/**
 * Follows the commands of a page in their order. One of `NOT_RUN` is checked instead, as far as
 * that goes.
 *
 * @returns the commands that ran
 */
export async function followPage(shell: PageShell, page: string, options: FollowOptions = {}): Promise<string[]> {
  const { before, after, codes = {} } = options;
  const commands = commandsOf(readPage(page));
  expect(commands.length, `commands of ${page}`).toBeGreaterThan(0);
  const ran: string[] = [];
  for (const command of commands) {
    const notRun = NOT_RUN[page]?.find((one) => one.command === command.command);
    if (notRun !== undefined) {
      const faults = await notRun.faults(shell);
      expect({ command: notRun.command, faults }).toEqual({ command: notRun.command, faults: [] });
      continue;
    }
    await before?.(command);
    const code = Object.entries(codes).find(([part]) => command.command.includes(part))?.[1];
    const output = await shell.follow(command, code);
    await after?.(command, output);
    ran.push(command.command);
  }
  return ran;
}

/** Writes the files that guides have their readers write. */
export async function writeGuideFiles(shell: PageShell, ...guides: readonly string[]): Promise<void> {
  for (const guide of guides) {
    for (const { path, code } of guideFiles(await readFile(join(ROOT, 'docs/guides', guide), 'utf8'))) {
      await mkdir(dirname(join(shell.folder, path)), { recursive: true });
      await writeFile(join(shell.folder, path), code);
    }
  }
}
