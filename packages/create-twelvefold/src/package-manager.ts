/** How an app is installed and its scripts are run, by each package manager. */
export interface PackageManagerCommands {
  /** Beside package.json; `install` makes it and `frozenInstall` obeys it. */
  readonly lockFile: string;
  /** Fails if the lock file does not fit package.json. */
  readonly frozenInstall: string;
  /**
   * Before a script's name. Always with `run`: `pnpm deploy` and `bun test` are other commands.
   */
  readonly run: string;
  /** Before a command of an installed package. */
  readonly exec: string;
  /** Between a script's name and its options. */
  readonly separator: string;
  /** Gets the package manager where Node's image and GitHub's runner do not have it. */
  readonly setUp?: string;
  /** The member `packageManager` of package.json, where a lock file depends on the version. */
  readonly pinned?: string;
  /** A file that its install reads beside package.json and the lock file. */
  readonly settings?: { readonly file: string; readonly text: string };
  /** Its cache in actions/setup-node, which must have it before its set-up. */
  readonly cache?: string;
}

export const PACKAGE_MANAGERS = ['npm', 'pnpm', 'yarn', 'bun'] as const;
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

export const COMMANDS: Readonly<Record<PackageManager, PackageManagerCommands>> = {
  npm: {
    lockFile: 'package-lock.json',
    frozenInstall: 'npm ci',
    run: 'npm run',
    exec: 'npx',
    separator: ' -- ',
    cache: 'npm',
  },
  pnpm: {
    lockFile: 'pnpm-lock.yaml',
    frozenInstall: 'pnpm install --frozen-lockfile',
    run: 'pnpm run',
    exec: 'pnpm exec',
    separator: ' ',
    setUp: 'npm install --global pnpm@12.21.0',
    // pnpm 11 and newer fail for a dependency with a build script that is not listed.
    settings: { file: 'pnpm-workspace.yaml', text: 'allowBuilds:\n  esbuild: true\n' },
  },
  // Yarn Classic: Node's image and GitHub's runners have it, and it installs node_modules.
  yarn: {
    lockFile: 'yarn.lock',
    frozenInstall: 'yarn install --frozen-lockfile',
    run: 'yarn run',
    exec: 'yarn run',
    separator: ' ',
    pinned: 'yarn@1.22.22',
    cache: 'yarn',
  },
  bun: {
    lockFile: 'bun.lock',
    frozenInstall: 'bun install --frozen-lockfile',
    run: 'bun run',
    exec: 'bunx',
    separator: ' ',
    setUp: 'npm install --global bun@1.4.5',
  },
};

/** Rewrites a file of a template, which is written for npm, for another package manager. */
export function forPackageManager(text: string, pm: PackageManager): string {
  const { lockFile, frozenInstall, run, exec, separator, setUp, cache, settings } = COMMANDS[pm];
  if (pm === 'npm') return text;
  return text
    .replace(/^COPY .*package-lock.json/gm, (line) => (settings === undefined ? line : `${line} ${settings.file}`))
    .replaceAll('package-lock.json', lockFile)
    .replace(/^(RUN |.*- run: )npm ci.*$/gm, (_line, start: string) => {
      if (setUp === undefined) return `${start}${frozenInstall}`;
      return start === 'RUN ' ? `RUN ${setUp} && ${frozenInstall}` : `${start}${setUp}\n${start}${frozenInstall}`;
    })
    .replace(/\bnpx (?=cdk\b|twelvefold\b)/g, `${exec} `)
    .replace(/^ +cache: npm\n/gm, (line) => (cache === undefined ? '' : line.replace('npm', cache)))
    .replace(/\bnpm (?:run )?(test\b|(?<=run )[\w:-]+)( -- )?/g, (_text, script: string, options?: string) => {
      return `${run} ${script}${options === undefined ? '' : separator}`;
    });
}
