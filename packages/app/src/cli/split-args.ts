import type { CommandOption } from './command.ts';

/** A command line taken apart, before anything in it is judged by what it means. */
export interface SplitArgs {
  readonly positionals: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  readonly faults: readonly string[];
}

const OPTION = /^--([^=]+)(?:=(.*))?$/s;

/**
 * Separates `--name value`, `--name=value`, switches and positionals; everything behind `--` is
 * positional. Unlike `node:util`'s parseArgs it goes on after a fault, so that all faults are
 * reported at once.
 */
export function splitArgs(args: readonly string[], options: Readonly<Record<string, CommandOption>>): SplitArgs {
  const positionals: string[] = [];
  const texts = new Map<string, string>();
  const flags = new Set<string>();
  const faults: string[] = [];
  const known = [...Object.keys(options), 'help'].map((name) => `--${name}`).join(', ');
  const rest = [...args];
  /** A value that starts with a hyphen is given as `--name=-value`. */
  const takeValue = () => (rest[0] === undefined || rest[0].startsWith('-') ? undefined : rest.shift());

  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      positionals.push(...rest.splice(0));
    } else if (arg === '-' || !arg.startsWith('-')) {
      positionals.push(arg);
    } else {
      const [, name = '', inline] = OPTION.exec(arg) ?? [];
      const option = Object.hasOwn(options, name) ? options[name] : undefined;
      if (!option) {
        faults.push(`unknown option ${name === '' ? arg : `--${name}`}; known: ${known}`);
        // What follows was meant for it.
        if (inline === undefined) takeValue();
      } else if (option.value === undefined) {
        if (inline !== undefined) faults.push(`--${name} takes no value`);
        flags.add(name);
      } else {
        const value = inline ?? takeValue();
        if (texts.has(name)) faults.push(`--${name} is given twice`);
        else if (!value) faults.push(`--${name} needs a value: --${name} ${option.value}`);
        texts.set(name, value ?? '');
      }
    }
  }
  return { positionals, texts, flags, faults };
}
