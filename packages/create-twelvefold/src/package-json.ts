import type { Template } from './choices.ts';
import type { PackageManager } from './package-manager.ts';
import { COMMANDS } from './package-manager.ts';

/**
 * The versions that an app starts with, which are those that this repository is tested with: a test
 * compares them.
 */
export const VERSIONS: Readonly<Record<string, string>> = {
  zod: '4.6.7',
  '@types/node': '24.19.2',
  'aws-cdk': '2.1148.1',
  'aws-cdk-lib': '2.276.0',
  constructs: '10.8.1',
  esbuild: '0.28.2',
  typescript: '7.0.2',
};

interface Options {
  readonly name: string;
  readonly template: Template;
  readonly pm: PackageManager;
  /** The version of Twelvefold's packages. */
  readonly version: string;
}

/** The package.json of an app. */
export function packageJson({ name, template, pm, version }: Options): string {
  const sameVersion = (names: readonly string[]) => names.map((one): [string, string] => [one, version]);
  const others = (names: readonly string[]) => names.map((one): [string, string] => [one, VERSIONS[one] ?? '']);
  const sorted = (entries: Array<[string, string]>) =>
    Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
  const hasService = template !== 'functions';
  const { pinned } = COMMANDS[pm];
  const manifest = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    ...(pinned !== undefined && { packageManager: pinned }),
    engines: { node: '>=22.18' },
    scripts: {
      dev: `twelvefold dev manifest.ts${template === 'service' ? '' : ' --as functions'}`,
      ...(template === 'both' && { 'dev:service': 'twelvefold dev manifest.ts' }),
      test: 'tsc && node --test',
      ...(hasService && { build: 'node build.ts' }),
      synth: 'cdk synth --quiet',
      // Without the stack's name the parameter goes to the network's stack as well.
      deploy: `cdk deploy --all --parameters ${name}-\${STAGE:-dev}:Stage=\${STAGE:-dev}`,
      admin: 'node admin.ts',
    },
    dependencies: sorted([...sameVersion(['twelvefold']), ...others(['zod'])]),
    devDependencies: sorted([
      ...sameVersion(['@twelvefold/cdk', '@twelvefold/local']),
      ...others(['@types/node', 'aws-cdk', 'aws-cdk-lib', 'constructs', 'esbuild', 'typescript']),
    ]),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
