import { unknownOptions } from '@twelvefold/core/internal';
import type { AwsOptions } from './create-aws.ts';
import { LEAN_OPERATIONS } from './lean/operations.ts';

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
const COUNTS = ['maxAttempts', 'connectTimeoutMs', 'requestTimeoutMs', 'totalTimeoutMs', 'maxSockets'] as const;

/** @throws TypeError that names every fault at once. */
export function assertOptions(options: AwsOptions): void {
  const faults = unknownOptions(options, KNOWN).map((name) => `unknown option '${name}'`);
  if (typeof options.env !== 'object' || options.env === null) faults.push("'env' is missing: pass process.env");
  for (const [service, client] of Object.entries(options.clients ?? {})) {
    if (typeof client?.send !== 'function') faults.push(`clients.${service} has no send(): pass an AWS SDK v3 client`);
  }
  if (options.endpoint !== undefined && !isHttp(options.endpoint)) {
    faults.push("'endpoint' is not a URL: write e.g. http://127.0.0.1:4566");
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

const isHttp = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

function transportFaults(transport: unknown, name: string): string[] {
  if (transport === undefined || transport === 'lean' || transport === 'sdk') return [];
  if (typeof transport !== 'object' || transport === null) return [`${name} is neither 'lean' nor 'sdk'`];
  return Object.entries(transport).flatMap(([service, value]) =>
    service in LEAN_OPERATIONS
      ? transportFaults(value, `${name}.${service}`)
      : [`${name} names no service: '${service}'`],
  );
}
