/**
 * Who may import whom. `npm run house` writes `biome.json`'s import rules from this table, and a
 * test compares the two.
 */
interface Room {
  /** The package's name. */
  readonly name: string;
  /** Folders of the packages that it may import; every package may import `core`. */
  readonly mayImport: readonly string[];
  /** Third-party packages that only this one may import. */
  readonly owns?: readonly string[];
}

export const ROOMS: Readonly<Record<string, Room>> = {
  core: { name: '@twelvefold/core', mayImport: [] },
  lifecycle: { name: '@twelvefold/lifecycle', mayImport: ['core'] },
  aws: { name: '@twelvefold/aws', mayImport: ['core'], owns: ['@aws-sdk/**', '@smithy/**'] },
  config: { name: '@twelvefold/config', mayImport: ['core', 'aws'] },
  logging: { name: '@twelvefold/logging', mayImport: ['core', 'lifecycle'], owns: ['@aws-lambda-powertools/**'] },
  backing: { name: '@twelvefold/backing', mayImport: ['core', 'lifecycle', 'aws'] },
  admin: { name: '@twelvefold/admin', mayImport: ['core', 'lifecycle', 'logging', 'backing', 'aws'] },
  app: {
    name: 'twelvefold',
    // `local` by the command `dev` only; see DEV_ONLY.
    mayImport: ['core', 'lifecycle', 'config', 'logging', 'backing', 'admin', 'aws', 'local'],
  },
  // The types of the manifest come from `app`; see MANIFEST_ONLY.
  cdk: { name: '@twelvefold/cdk', mayImport: ['core', 'app'], owns: ['aws-cdk-lib', 'aws-cdk-lib/**', 'constructs'] },
  // It writes an app; it shares no code with one.
  'create-twelvefold': { name: 'create-twelvefold', mayImport: [] },
  local: { name: '@twelvefold/local', mayImport: ['core'] },
};

interface Pattern {
  readonly group: readonly string[];
  readonly importNamePattern?: string;
  readonly message: string;
}

/** `cdk` reads the manifest's JSON, so it needs the types only. */
const MANIFEST_ONLY: readonly Pattern[] = [
  {
    group: ['twelvefold', 'twelvefold/**', '!twelvefold/manifest'],
    message: '@twelvefold/cdk may import only the manifest of twelvefold (ARCHITECTURE.md)',
  },
  {
    group: ['twelvefold/manifest'],
    importNamePattern: '[a-z].*',
    message: "@twelvefold/cdk may import only the manifest's types (ARCHITECTURE.md)",
  },
];

/** `app` runs the development loop; everything else of `local` is for tests. */
const DEV_ONLY: readonly Pattern[] = [
  {
    group: ['@twelvefold/local', '@twelvefold/local/**', '!@twelvefold/local/internal/dev'],
    message: 'twelvefold may import only @twelvefold/local/internal/dev, when the command dev runs (ARCHITECTURE.md)',
  },
];

const BY_NAME: Pattern = {
  group: ['**/src/**', '**/examples/**', '@twelvefold-examples/**'],
  message: 'Import a package by its name; a package may not import an example',
};

/** An entry of `overrides` in biome.json. */
export interface Override {
  readonly includes: readonly string[];
  readonly linter: object;
}

/** The overrides of biome.json that refuse imports, one per package. */
export function importRules(): Override[] {
  return Object.entries(ROOMS).map(([folder, { name, mayImport }]) => {
    const refused = Object.entries(ROOMS).flatMap(([other, room]) => [
      ...(other === folder || mayImport.includes(other) ? [] : [room.name, `${room.name}/**`]),
      ...(other === folder ? [] : (room.owns ?? [])),
    ]);
    const allowed = mayImport.map((other) => ROOMS[other]?.name ?? other);
    const message =
      allowed.length === 0
        ? `${name} may import no other package (ARCHITECTURE.md)`
        : `${name} may import only ${allowed.join(', ')} (ARCHITECTURE.md)`;
    const special = folder === 'cdk' ? MANIFEST_ONLY : folder === 'app' ? DEV_ONLY : [];
    const patterns = [{ group: refused, message }, BY_NAME, ...special];
    return {
      includes: [`packages/${folder}/src/**`, `!packages/${folder}/src/**/*.{test,fixture}.ts`],
      linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns } } } } },
    };
  });
}

/** Whether an override of biome.json is one of those that {@link importRules} writes. */
export function refusesImports({ linter }: Override): boolean {
  return JSON.stringify(linter).includes('"noRestrictedImports"');
}
