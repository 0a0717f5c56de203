import type { Command, CommandIo } from './command.ts';
import { commands as all } from './commands.ts';
import { dispatch } from './dispatch.ts';

export interface CliWorld {
  commands?: readonly Command[];
  env?: Record<string, string>;
  isTTY?: boolean;
  /** Exports by module. */
  modules?: Record<string, Record<string, unknown>>;
  /** Texts by path; what a command writes ends here too. */
  files?: Record<string, string>;
  writeFile?: CommandIo['writeFile'];
}

/** One run of the command line in a made-up world. */
export async function runCli(argv: readonly string[], world: CliWorld = {}) {
  const { commands = all, env = {}, isTTY = false, modules = {}, files = {} } = world;
  let [stdout, stderr] = ['', ''];
  const io: CommandIo = {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    isTTY,
    env,
    load: async (module, name) => {
      const exports = modules[module];
      if (!exports || !Object.hasOwn(exports, name)) throw new Error(`Cannot import ${name} of ${module}`);
      return exports[name];
    },
    readFile: async (path) => files[path],
    writeFile:
      world.writeFile ??
      (async (path, text) => {
        files[path] = text;
      }),
  };
  const code = await dispatch({ commands, argv, io, version: '9.9.9' });
  return { code, stdout, stderr, files };
}
