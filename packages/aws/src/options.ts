import { unknownOptions } from '@twelvefold/core/internal';
import type { DebugLogger } from './logger.ts';
import type { Service } from './operations/aws-operations.ts';
import type { SdkClient } from './sdk/sdk-client.ts';
import type { AwsSettings, Environment } from './settings.ts';
import { isRegionName, isUsableEndpoint } from './settings.ts';

export interface AwsOptions extends AwsSettings {
  /** Region, endpoint and credentials come from here; usually `process.env`. */
  env: Environment;
  /** SDK clients to use instead of our own, by service; they keep their own settings. */
  clients?: Partial<Record<Service, SdkClient>>;
  /** Gets a debug line for every attempt that is repeated, without payloads. */
  logger?: DebugLogger;
}

const KNOWN: ReadonlyArray<keyof AwsOptions> = [
  'env',
  'clients',
  'logger',
  'region',
  'endpoint',
  'credentials',
  'transport',
  'maxAttempts',
  'connectTimeoutMs',
  'requestTimeoutMs',
  'totalTimeoutMs',
  'maxSockets',
];
const SERVICES: readonly string[] = [
  'sqs',
  'sns',
  'ssm',
  'secretsmanager',
  'dynamodb',
  'ecs',
  'lambda',
  'logs',
] satisfies Service[];
const COUNTS = ['maxAttempts', 'connectTimeoutMs', 'requestTimeoutMs', 'totalTimeoutMs', 'maxSockets'] as const;

/** @throws TypeError that names every fault at once. */
export function assertOptions(options: AwsOptions): void {
  const faults = unknownOptions(options, KNOWN).map((name) => `unknown option '${name}'`);
  if (typeof options.env !== 'object' || options.env === null) faults.push("'env' is missing: pass process.env");
  for (const [service, client] of Object.entries(options.clients ?? {})) {
    if (typeof client?.send !== 'function') faults.push(`clients.${service} has no send(): pass an AWS SDK v3 client`);
  }
  // What the environment gives is checked with the first call (setup-fault.ts): a process may never
  // make one.
  if (options.endpoint !== undefined && !isUsableEndpoint(options.endpoint)) {
    faults.push("'endpoint' is not an http or https URL of host and path: write e.g. http://127.0.0.1:4566");
  }
  if (options.region !== undefined && !isRegionName(options.region)) {
    faults.push("'region' is not the name of a region: write e.g. eu-west-1");
  }
  for (const name of COUNTS) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value > 0))
      faults.push(`'${name}' is not a whole number from 1`);
  }
  if (options.logger !== undefined && typeof options.logger.debug !== 'function')
    faults.push("'logger' has no debug()");
  faults.push(...transportFaults(options.transport, "'transport'"));
  faults.push(...transportFaults(options.env?.TWELVEFOLD_TRANSPORT || undefined, 'TWELVEFOLD_TRANSPORT'));
  if (faults.length > 0) throw new TypeError(`Cannot create the AWS port: ${faults.join('; ')}`);
}

function transportFaults(transport: unknown, name: string): string[] {
  if (transport === undefined || transport === 'lean' || transport === 'sdk') return [];
  if (typeof transport !== 'object' || transport === null) return [`${name} is neither 'lean' nor 'sdk'`];
  return Object.entries(transport).flatMap(([service, value]) =>
    SERVICES.includes(service)
      ? transportFaults(value, `${name}.${service}`)
      : [`${name} names an unknown service: '${service}'`],
  );
}
