import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

// Reads "add PID" and "remove PID"; when the pipe ends, however its writer ended, it kills the
// groups that are left. A separate process, because nothing inside a parent outlives that
// parent's SIGKILL.
const WATCH = `
live=' '
while read -r verb pid; do
  case $verb in
    add) live="$live$pid " ;;
    remove) live="\${live%% $pid *} \${live#* $pid }" ;;
  esac
done
for pid in $live; do kill -s KILL -- "-$pid" 2>/dev/null; done
`;

const guarded = new Set<number>();
let watcher: ChildProcess | undefined;

/**
 * Signals everything in a process group; one that is gone already is not an error (macOS says EPERM
 * of a group of zombies).
 */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // kill() throws errno exceptions only
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function killAll(): void {
  for (const pid of guarded) killGroup(pid, 'SIGKILL');
}

function tellWatcher(line: string): void {
  if (process.platform === 'win32') return;
  if (!watcher) {
    watcher = spawn('/bin/sh', ['-c', WATCH], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], env: {} });
    watcher.on('error', () => {}); // no /bin/sh: what is left is the exit hook
    watcher.stdin?.on('error', () => {});
    watcher.unref();
  }
  watcher.stdin?.write(`${line}\n`);
}

/**
 * Ties a process group to the life of this process: it is killed when this process ends, even by
 * SIGKILL. Returns what unties it, to be called once the group is gone.
 */
export function guard(pid: number): () => void {
  if (guarded.size === 0) process.on('exit', killAll);
  guarded.add(pid);
  tellWatcher(`add ${pid}`);
  return () => {
    if (!guarded.delete(pid)) return;
    tellWatcher(`remove ${pid}`);
    if (guarded.size > 0) return;
    process.off('exit', killAll);
    watcher?.stdin?.end();
    watcher = undefined;
  };
}
