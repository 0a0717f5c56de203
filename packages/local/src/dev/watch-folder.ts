import { watch } from 'node:fs';

/** Folders of tools, and of what they make: a change there is not a change of the app. */
const IGNORED = /(^|[/\\])(node_modules|dist|cdk\.out|coverage|\.[^/\\]+)([/\\]|$)/;
const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx|json|sql|ya?ml|html)$|(^|[/\\])\.env(\.[\w-]+)?$/;
/** Editors write a file in several steps. */
const SETTLE_MS = 120;

/** Whether a change of this file, relative to the app's folder, is a change of the app. */
export function isAppFile(path: string): boolean {
  const folder = path.replace(/[^/\\]*$/, '');
  return SOURCE.test(path) && !IGNORED.test(folder) && !/(^|[/\\])\.(?!env)/.test(path);
}

/**
 * Calls `onChange` with the path once files of an app have changed and are quiet.
 *
 * @returns ends the watch
 */
export function watchFolder(folder: string, onChange: (path: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(folder, { recursive: true }, (_, file) => {
    const path = file?.toString();
    if (path === undefined || !isAppFile(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => onChange(path), SETTLE_MS);
  });
  // A folder that is deleted while it is read; the next change comes all the same.
  watcher.on('error', () => {});
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}

/** Runs that were asked for while one goes on. */
interface Runs {
  /** Runs once for all that was asked meanwhile, with the newest path. */
  ask(path: string): void;
  /** Ends when the run that goes on has ended; none follows it. */
  stop(): Promise<void>;
}

/**
 * Runs `run` one at a time, since two starts would take one port. Changes during a run make one
 * more run, however many they are. `run` must not reject.
 */
export function runSerially(run: (path: string) => Promise<void>): Runs {
  let next: string | undefined;
  let going: Promise<void> | undefined;
  let stopped = false;
  const runAll = async () => {
    while (next !== undefined && !stopped) {
      const path = next;
      next = undefined;
      await run(path);
    }
    going = undefined;
  };
  return {
    ask: (path) => {
      next = path;
      going ??= runAll();
    },
    stop: async () => {
      stopped = true;
      await going;
    },
  };
}
