import { configDefaults, defineConfig } from 'vitest/config';

// Tests run on sources: the packages' own exports condition points at src, so no build step is
// needed.
const shared = {
  resolve: { conditions: ['@twelvefold/source'] },
  ssr: { resolve: { conditions: ['@twelvefold/source'] } },
};

/** The entry that `exports` of packages/local names; built by `npm run build`. */
const BUNDLE = `${import.meta.dirname}/packages/local/dist/bundle/index.js`;

/** The official SDK of another installation: `test/contract/sdk-versions.ts` sets it. */
const SDK = process.env.TWELVEFOLD_SDK;
const otherSdk = SDK
  ? {
      resolve: {
        ...shared.resolve,
        alias: [{ find: /^(@aws-sdk\/(?:client-.+|lib-dynamodb))$/, replacement: `${SDK}/$1` }],
      },
    }
  : {};

/**
 * Unit tests that change a global or a prototype, or whose fixtures register hooks by themselves.
 */
const APART = [
  'packages/{aws,cdk,lifecycle,logging}/src/**/*.test.ts',
  'packages/config/src/{hostile,no-effects}.test.ts',
  'packages/local/src/core/clock.test.ts',
  'packages/local/src/launcher/mapping/error-reporter.test.ts',
  'packages/local/src/services/{sns,sqs}/**/*.test.ts',
];

/**
 * Suites that run on both transports: those of the drivers that call AWS. What is above the port
 * cannot tell the transports apart, so it runs on one.
 */
const ON_BOTH_TRANSPORTS = [
  'config',
  'fan-out',
  'foreign-producer',
  'idempotency',
  'idempotent-consumers',
  'lock',
  'queue',
  'sessions',
  'sns-endpoint',
  'table',
  'task-runs',
  'topic',
  'topic-invocation',
].map((name) => `test/contract/${name}.test.ts`);

const project = (name: string, include: string[], options: Record<string, unknown> = {}) => ({
  ...shared,
  // Timeouts bound a failure only: they are long enough for a machine that others use too.
  test: { name, include, testTimeout: 60_000, hookTimeout: 120_000, ...options },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', `${import.meta.dirname}/test/support/not-run-reporter.ts`],
    globalSetup: 'test/support/temporary-folder.ts',
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts', 'examples/*/**/*.test.ts', 'infra/**/*.test.ts'], {
        // The files share a process and its modules: importing them anew took 60 % of the time of
        // small files. test/unit/projects.test.ts refuses files that need their own.
        isolate: false,
        exclude: [...configDefaults.exclude, ...APART],
      }),
      project('unit-apart', [...APART, 'benchmarks/**/*.test.ts', 'test/unit/**/*.test.ts']),
      project('contract', ['test/contract/**/*.test.ts', 'test/policy/**/*.test.ts'], { testTimeout: 120_000 }),
      {
        ...project('contract-sdk', ON_BOTH_TRANSPORTS, {
          testTimeout: 120_000,
          env: { TWELVEFOLD_TRANSPORT: 'sdk' },
        }),
        ...otherSdk,
      },
      project('conformance', ['test/conformance/**/*.test.ts'], { testTimeout: 120_000 }),
      {
        // The same suites, and fuzzed requests, on the published bundle: bundling once broke what
        // the sources can do.
        resolve: { ...shared.resolve, alias: { '@twelvefold/local': BUNDLE } },
        ssr: shared.ssr,
        test: {
          name: 'conformance-bundle',
          include: ['test/conformance/**/*.test.ts', 'packages/local/src/core/fuzz*.test.ts'],
          testTimeout: 120_000,
          server: { deps: { external: [/packages\/local\/dist\/bundle\//] } },
        },
      },
      project('parity', ['test/parity/**/*.test.ts'], { testTimeout: 600_000, hookTimeout: 300_000 }),
      // Throws events at a process for minutes if TWELVEFOLD_VERIFY is set.
      project('fuzz', ['test/fuzz/**/*.test.ts'], { testTimeout: 3_600_000 }),
      // Mutated input for what reads it; `npm run verify` has the long form.
      project('attack', ['test/attack/**/*.test.ts'], { testTimeout: 600_000 }),
      project('chaos', ['test/chaos/**/*.test.ts'], { testTimeout: 600_000, hookTimeout: 300_000 }),
      project('e2e', ['test/e2e/**/*.test.ts', 'test/consumer/**/*.test.ts'], {
        testTimeout: 600_000,
        hookTimeout: 300_000,
      }),
    ],
  },
});
