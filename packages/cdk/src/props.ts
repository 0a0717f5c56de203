import { assertKnownOptions } from '@twelvefold/core/internal';
import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Manifest } from 'twelvefold/manifest';
import { computeFaults } from './compute/compute-faults.ts';
import type { Compute } from './compute/placement.ts';
import { DEFAULT_STOP_TIMEOUT_SECONDS } from './compute/service.ts';
import type { ServiceOptions } from './compute/service-options.ts';
import type { Kinds } from './data/add-resources.ts';
import { manifestFaults } from './manifest/manifest-faults.ts';
import { queueRisks } from './manifest/queue-risks.ts';
import { isFields } from './manifest/shape.ts';

/**
 * The functions' code, for `cdk deploy` or for a pipeline.
 *
 * - `directory`: a folder with one folder per function. `cdk deploy` uploads them as assets, which
 *   needs a bootstrapped account.
 * - `zips`: a folder with one zip per function (`zip: true` of `bundleFunctions`). A pipeline
 *   uploads them to the bucket that the parameters `CodeBucket` and `CodePrefix` name, and the
 *   template holds their hashes: synthesize it in the build that makes them.
 */
export type AppCode =
  | { readonly directory: string; readonly zips?: never }
  | { readonly zips: string; readonly directory?: never };

export interface TwelveFactorAppProps {
  /**
   * The app as data, as `buildManifest` of `twelvefold/manifest` gives it or read from its JSON.
   */
  readonly manifest: Manifest;
  /** Where each component runs. */
  readonly compute: Compute;
  /**
   * The size, the network, the scaling and the stop of the service that runs what is placed on
   * Fargate.
   */
  readonly service?: ServiceOptions;
  /**
   * The functions' code, as `bundleFunctions` of `twelvefold/esbuild` writes it. Without it a
   * template has no version of the code, so neither `shift` nor `provisionedConcurrency`.
   *
   * @defaultValue zips in the bucket that the parameters `CodeBucket` and `CodePrefix` name
   */
  readonly code?: AppCode;
  /**
   * A folder with a Dockerfile: `cdk deploy` builds the image of the service and of tasks on
   * Fargate, and pushes it. That needs Docker and a bootstrapped account.
   *
   * @defaultValue the image that the parameters `ImageUri` and `ImageRepository` name
   */
  readonly image?: { readonly directory: string };
  /**
   * The removal policy of tables and secrets: a stack cannot restore their content.
   *
   * @defaultValue `RemovalPolicy.RETAIN`
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * The KMS key of everything that keeps data: tables, queues, topics, secrets, caches and logs.
   * `'new'` makes one with yearly rotation, whose policy admits SNS, EventBridge, CloudWatch and
   * CloudWatch Logs. An existing key must admit them.
   *
   * @defaultValue keys that AWS owns or manages
   */
  readonly dataKey?: 'new' | IKey;
  /**
   * How long logs are kept.
   *
   * @defaultValue one month
   */
  readonly logRetention?: RetentionDays;
  /**
   * Keys of consumed queues that may lose messages, which is refused otherwise: those without a
   * dead-letter queue (`deadLetter: false`) and those with `maxReceives: 1`.
   *
   * @defaultValue none
   */
  readonly acceptLossOf?: readonly string[];
  /**
   * Handlers that make resources of a kind in place of the manifest's CloudFormation, by kind: for
   * resources that another stack owns, or kinds that describe no infrastructure.
   *
   * @defaultValue none
   */
  readonly kinds?: Kinds;
}

/** Fargate's bounds of the stop timeout, in seconds. */
const STOP = { least: 2, most: 120 };

/** @throws TypeError listing every fault at once. */
export function assertProps(props: TwelveFactorAppProps): void {
  const { manifest, compute, service = {}, acceptLossOf = [] } = props;
  assertKnownOptions('use TwelveFactorApp', props, [
    'manifest',
    'compute',
    'service',
    'code',
    'image',
    'removalPolicy',
    'dataKey',
    'logRetention',
    'acceptLossOf',
    'kinds',
  ]);
  if (props.code) assertKnownOptions('use code of TwelveFactorApp', props.code, ['directory', 'zips']);
  assertKnownOptions('use service of TwelveFactorApp', service, [
    'cpu',
    'memoryLimitMiB',
    'stopTimeout',
    'command',
    'taskProtection',
    'network',
    'scaling',
    'deployment',
    'exec',
    'fargateServiceProps',
    'loadBalancerProps',
  ]);
  const faults = manifestFaults(manifest, Object.keys(props.kinds ?? {}));
  // What is placed where can only be asked of a manifest that holds together.
  if (!isFields(compute)) faults.push('compute is missing: say where each component runs');
  else if (faults.length === 0)
    faults.push(...codeFaults(props), ...computeFaults(props), ...queueRisks(manifest, acceptLossOf));
  const seconds = service.stopTimeout?.toSeconds({ integral: false }) ?? DEFAULT_STOP_TIMEOUT_SECONDS;
  if (!Number.isInteger(seconds) || seconds < STOP.least || seconds > STOP.most) {
    faults.push(
      `service has a stop timeout of ${seconds} s; Fargate takes whole seconds from ${STOP.least} to ${STOP.most}`,
    );
  }
  if (faults.length === 0) return;
  const app: unknown = isFields(manifest) ? manifest.app : undefined;
  throw new TypeError(
    `Cannot synthesize ${typeof app === 'string' ? `the app '${app}'` : 'the app'}: ${faults.length} ` +
      `${faults.length === 1 ? 'fault' : 'faults'}\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
  );
}

function codeFaults({ code }: TwelveFactorAppProps): string[] {
  return code && (code.directory === undefined) === (code.zips === undefined)
    ? ['code has one of directory and zips']
    : [];
}
