/*
 * npm without its registry, for tests that follow a page: what a page installs must be in this
 * repository's node_modules, in the same version, and `npm create twelvefold` runs the built
 * command. Everything else is npm's.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

const ROOT = join(import.meta.dirname, '../..');
const [command = '', ...args] = process.argv.slice(2);

interface Manifest {
  readonly version?: string;
  readonly bin?: string | Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8'));
const packageFile = (name: string) => join(ROOT, 'node_modules', name, 'package.json');

function fail(message: string): never {
  process.stderr.write(`offline-npm: ${message}\n`);
  process.exit(1);
}

function runNode(args: readonly string[]): never {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  process.exit(status ?? 1);
}

/** Links the commands of a package, as an install does. */
function install(name: string, wanted: string): void {
  if (!existsSync(packageFile(name))) fail(`this repository does not have the package ${name}`);
  const { version = '', bin = {} } = readManifest(packageFile(name));
  if (wanted !== '' && wanted !== version) fail(`${name} is ${version} in this repository, not ${wanted}`);
  const folder = join(process.cwd(), 'node_modules/.bin');
  mkdirSync(folder, { recursive: true });
  const commands = typeof bin === 'string' ? { [name.split('/').at(-1) ?? name]: bin } : bin;
  for (const [command, file] of Object.entries(commands)) {
    const link = join(folder, command);
    if (!existsSync(link)) symlinkSync(join(ROOT, 'node_modules', name, file), link);
  }
}

if (command === 'create') {
  // npm takes options before `--` for its own.
  const end = args.indexOf('--');
  const [initializer = '', ...names] = end === -1 ? args : args.slice(0, end);
  if (initializer !== 'twelvefold@latest') fail(`there is no create-${initializer}`);
  const lost = names.filter((name) => name.startsWith('-'));
  if (lost.length > 0) fail(`npm would take ${lost.join(' ')} for its own options`);
  process.env.npm_config_user_agent = 'npm/11.0.0';
  const own = end === -1 ? [] : args.slice(end + 1);
  runNode([join(ROOT, 'packages/create-twelvefold/dist/main.js'), ...names, ...own]);
}
if (command === 'install') {
  const options = args.filter((arg) => arg.startsWith('-'));
  const unknown = options.filter((option) => option !== '--save-dev');
  if (unknown.length > 0) fail(`npm install ${unknown.join(' ')} is not known here`);
  const file = join(process.cwd(), 'package.json');
  const manifest = readManifest(file);
  const names = args.filter((arg) => !arg.startsWith('-'));
  if (names.length === 0) {
    const { dependencies, devDependencies } = manifest;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) install(name, version);
    process.exit(0);
  }
  for (const name of names) install(name, '');
  const member = options.includes('--save-dev') ? 'devDependencies' : 'dependencies';
  const versions = names.map((name) => [name, readManifest(packageFile(name)).version]);
  const changed = { ...manifest, [member]: { ...manifest[member], ...Object.fromEntries(versions) } };
  writeFileSync(file, `${JSON.stringify(changed, null, 2)}\n`);
  process.exit(0);
}
// npm itself: the next one in PATH.
const own = join(process.env.HOME ?? '', '.bin');
const PATH = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== own);
const { status } = spawnSync('npm', [command, ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: PATH.join(delimiter) },
});
process.exit(status ?? 1);
