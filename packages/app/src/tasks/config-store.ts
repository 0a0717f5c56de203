import type { Definition, Kind } from '@twelvefold/backing';
import { makeDefinition } from '@twelvefold/backing';
import type { CloudFormationValue } from '@twelvefold/backing/internal';
import { assertName } from '@twelvefold/backing/internal';
import type { ConfigDefinition } from '@twelvefold/config';

/** Changes that a push would make, or has made. No member has a value. */
export interface ConfigPush {
  /** Keys that are written. */
  readonly written: readonly string[];
  /** Keys whose values are there already. */
  readonly same: readonly string[];
  /** Values that cannot be written, a sentence each; nothing is written where there are some. */
  readonly faults: readonly string[];
}

/** Writes the config of an app. */
export interface ConfigStoreClient {
  /** Compares with the stores; writes nothing. @param values nested like the schema */
  plan(values: Readonly<Record<string, unknown>>, options?: { readonly signal?: AbortSignal }): Promise<ConfigPush>;
  /**
   * Writes what differs. A push that broke off can be repeated.
   *
   * @param values nested like the schema
   */
  push(values: Readonly<Record<string, unknown>>, options?: { readonly signal?: AbortSignal }): Promise<ConfigPush>;
}

/** Reads of parameters and secrets tell what differs. */
const ACCESSES = {
  push: {
    methods: ['plan', 'push'],
    actions: [
      'ssm:GetParameters',
      'ssm:PutParameter',
      'ssm:LabelParameterVersion',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
    ],
    modules: ['@twelvefold/config/internal/push'],
  },
} as const;

/** The stores that hold an app's config, as a resource that a task may write to. */
export interface ConfigStoreDefinition extends Definition<ConfigStoreClient, typeof ACCESSES> {
  readonly kind: 'config-store';
  readonly config: ConfigDefinition;
}

const STAGE = '{stage}';

/**
 * Declares that tasks may write the app's config into its stores: the parameters and secrets that
 * the schema names and that are
 * not shared with other apps. Secrets with a key of a customer need permissions on that key
 * besides.
 *
 * @throws TypeError for a wrong name or config.
 * @example
 * ```ts
 * import { configStore } from 'twelvefold/tasks';
 *
 * const settings = configStore('settings', config);
 * ```
 */
export function configStore(name: string, config: ConfigDefinition): ConfigStoreDefinition {
  assertName('config-store', name);
  if (config?.kind !== 'config')
    throw new TypeError(`Cannot define config-store '${name}': give it what defineConfig() returns`);
  return makeDefinition(KIND, { name, config }) as unknown as ConfigStoreDefinition; // its types exist in the compiler only
}

const KIND: Kind<ConfigStoreDefinition, ConfigStoreClient, typeof ACCESSES> = {
  name: 'config-store',
  accesses: ACCESSES,
  dryRun: { plan: 'pass', push: 'done' },
  drivers: {
    aws: {
      binding: {
        value: 'name',
        pattern: /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/,
        expected: 'app and stage, e.g. orders/prod',
      },
      infrastructure: ({ config }, { physicalName }) => {
        const [app = ''] = physicalName.split(`-${STAGE}-`);
        const { keys } = config.plan({ app, stage: STAGE });
        const isOfStage = (one: string) => one.includes(`${app}/${STAGE}`) && !one.startsWith('arn:');
        const parameters = keys.flatMap(({ parameter = '', provisioned }) =>
          isOfStage(parameter) && !provisioned ? [parameter.replace(/:[^/]*$/, '')] : [],
        );
        const secrets = keys.flatMap(({ secretId = '' }) => (isOfStage(secretId) ? [secretId] : []));
        return {
          resources: [],
          arns: [
            ...[...new Set(parameters)].map(parameterArn),
            // Parameter Store reads a secret by reference, and asks for both permissions.
            ...[...new Set(secrets)].flatMap((id) => [
              secretArn(id),
              parameterArn(`aws/reference/secretsmanager/${id}`),
            ]),
          ],
          binding: `${app}/${STAGE}`,
        };
      },
      open: async ({ config }, { target, aws, clock }) => {
        const [app = '', stage = ''] = target.split('/');
        const { planValues, writePlanned } = await import('@twelvefold/config/internal/push');
        const planned = async (values: Readonly<Record<string, unknown>>, signal: AbortSignal | undefined) => {
          const { writes, same, faults } = await planValues(aws, { app, stage, config }, values, signal);
          return { writes, report: { written: writes.flatMap(({ keys }) => keys), same, faults } };
        };
        return {
          client: {
            plan: async (values, { signal } = {}) => (await planned(values, signal)).report,
            push: async (values, { signal } = {}) => {
              const { writes, report } = await planned(values, signal);
              if (report.faults.length > 0) return { ...report, written: [] };
              await writePlanned(aws, writes, { sleep: (ms) => clock.sleep(ms, signal), onWritten: () => {} });
              return report;
            },
          },
        };
      },
    },
  },
};

const parameterArn = (name: string): CloudFormationValue => ({
  'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${name.replace(/^\//, '')}`,
});

/** Secrets Manager adds a hyphen and six characters to a secret's name. */
const secretArn = (id: string): CloudFormationValue => ({
  'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${id}-??????`,
});
