import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { expect } from 'vitest';
import type { PageCommand } from './page-commands.ts';
import { printed } from './page-commands.ts';
import { until } from './until.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A server of a page: how it gets free ports, and how it says that it is ready. */
interface Server {
  readonly is: RegExp;
  free(command: string): string;
  readonly ready: readonly RegExp[];
}

const DEV_PORTS = '--port 0 --aws-port 0 --console-port 0';
const DEV_READY = [/listening on port \d+|behind http:\S+/, /Console \S+/];
const SERVERS: readonly Server[] = [
  { is: /\btwelvefold dev /, free: (command) => `${command} ${DEV_PORTS}`, ready: DEV_READY },
  { is: /^npm run dev$/, free: (command) => `${command} -- ${DEV_PORTS}`, ready: DEV_READY },
  {
    is: /\btwelvefold-local (?!provision)|\/local\/dist\/bundle\/cli\.js/,
    free: (command) => `${command.replace(/--port \d+/, '')} --port 0`,
    ready: [/AWS_SECRET_ACCESS_KEY/],
  },
  { is: /orders:ecs/, free: (command) => command.replace('PORT=8080', 'PORT=0'), ready: [/listening/] },
];

export interface PageShellOptions {
  /** The reader's folder, which is made anew. Inside the repository, so that packages resolve. */
  readonly folder: string;
  /** Where commands run. @defaultValue the folder */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Follows the commands of a page like a reader in a terminal, with free ports. */
export class PageShell implements AsyncDisposable {
  readonly folder: string;
  private cwd: string;
  private previous: string;
  private readonly env: Record<string, string>;
  private readonly children: ChildProcess[] = [];
  /** Texts of the page, and their replacements in this run. */
  private readonly places = new Map<string, string>();

  private constructor({ folder, cwd = folder, env = {} }: PageShellOptions) {
    this.folder = folder;
    this.cwd = cwd;
    this.previous = cwd;
    const path = [join(folder, '.bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
    this.env = {
      PATH: path,
      HOME: folder,
      TMPDIR: process.env.TMPDIR ?? '/tmp',
      CDK_DISABLE_VERSION_CHECK: '1',
      CDK_NOTICES: 'false',
      NO_COLOR: '1',
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
      ...env,
    };
  }

  static async open(options: PageShellOptions): Promise<PageShell> {
    const { folder } = options;
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, '.bin'), { recursive: true });
    // With `fail` an answer of 400 and more is a failure of curl.
    await writeFile(join(folder, '.curlrc'), 'fail\nsilent\nshow-error\n');
    const npm = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'test/support/offline-npm.ts')}" "$@"\n`;
    await writeFile(join(folder, '.bin/npm'), npm, { mode: 0o755 });
    return new PageShell(options);
  }

  /** Replaces a placeholder of the page in later commands, and in variables that were set to it. */
  replace(onPage: string, here: string): void {
    this.places.set(onPage, here);
    for (const [name, value] of Object.entries(this.env)) if (value === onPage) this.env[name] = here;
  }

  get environment(): Readonly<Record<string, string>> {
    return this.env;
  }

  /** Sets a variable for later commands. */
  export(name: string, value: string): void {
    this.env[name] = value;
  }

  /** Runs a command, and holds what it prints to what its page says. Returns its output. */
  async follow({ command, background, prints }: PageCommand, code = 0): Promise<string> {
    const text = [...this.places].reduce((line, [from, to]) => line.replaceAll(from, to), command);
    const [, folder] = /^cd (\S+)$/.exec(text) ?? [];
    if (folder !== undefined) {
      [this.cwd, this.previous] = [folder === '-' ? this.previous : resolve(this.cwd, folder), this.cwd];
      return '';
    }
    const [, exported] = /^export (.*)$/.exec(text) ?? [];
    if (exported !== undefined) {
      for (const [, name = '', value = ''] of exported.matchAll(/(\w+)=(\S*)/g)) this.env[name] = value;
      return '';
    }
    if (/^\w+=\S*( \w+=(\$\([^)]*\)|\S*))*$/.test(text)) return this.assign(text);
    const server = SERVERS.find(({ is }) => is.test(text));
    if (server === undefined) expect(background, `${command} is not known as a server`).toBe(false);
    else return this.serve(text, server, prints);
    if (prints.length > 0 && /^curl\b/.test(text)) {
      // What a request asked for happens a moment later.
      const answer = await until(
        `\`${command}\` and its output`,
        () => this.run(text),
        (now) => now.code === 0 && printed(prints, now.output),
      );
      return answer.output;
    }
    const answer = await this.run(text);
    expect(answer.code, `${command}\n${answer.output}`).toBe(code);
    expect(
      printed(prints, answer.output),
      `${command} must print\n${prints.join('\n')}\nand prints\n${answer.output}`,
    ).toBe(true);
    return answer.output;
  }

  /** `NAME=value` for the commands that follow. */
  private async assign(command: string): Promise<string> {
    const names = [...command.matchAll(/(?:^| )(\w+)=/g)].map(([, name = '']) => name);
    const { output } = await this.run(`${command}; printf '%s\\n' ${names.map((name) => `"$${name}"`).join(' ')}`);
    const values = output.split('\n');
    for (const [at, name] of names.entries()) this.env[name] = values[at] ?? '';
    return output;
  }

  run(command: string): Promise<{ code: number | string; output: string }> {
    const { cwd, env } = this;
    return new Promise((done) => {
      execFile('bash', ['-c', command], { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
        done({ code: error ? (error.code ?? 'killed') : 0, output: stdout + stderr }),
      );
    });
  }

  private async serve(command: string, { free, ready }: Server, prints: readonly string[]): Promise<string> {
    // A group of processes: npm and npx have children.
    const child = spawn('bash', ['-c', free(command)], { cwd: this.cwd, env: this.env, detached: true });
    this.children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    }
    await until(
      `\`${command}\` is ready`,
      () => output,
      (text) => child.exitCode !== null || ready.every((pattern) => pattern.test(text)),
    );
    expect(child.exitCode, `${command} ended\n${output}`).toBe(null);
    expect(printed(prints, output), `${command} must print\n${prints.join('\n')}\nand prints\n${output}`).toBe(true);
    const find = (pattern: RegExp) => pattern.exec(output)?.[1];
    const port = find(/listening on port (\d+)/) ?? find(/behind http:\/\/127\.0\.0\.1:(\d+)/);
    const aws = find(/AWS_ENDPOINT_URL=(\S+)/) ?? find(/"url":"([^"]+)"/);
    const console = find(/Console (\S+)/);
    if (port !== undefined) this.replace('localhost:8080', `127.0.0.1:${port}`);
    if (aws !== undefined) this.replace('http://127.0.0.1:4566', aws);
    if (console !== undefined) {
      this.replace('http://127.0.0.1:4567', new URL(console).origin);
      this.env.CONSOLE = console;
    }
    return output;
  }

  /** Ends what still runs. */
  async stop(): Promise<void> {
    await Promise.all(
      this.children.splice(0).map(async (child) => {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise((done) => child.once('close', done));
        process.kill(-child.pid, 'SIGKILL');
        await ended;
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
