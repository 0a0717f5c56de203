import { unknownOptions } from '@twelvefold/core/internal';
import type { AwsOptions } from './create-aws.ts';
import { LEAN_OPERATIONS } from './lean/operations.ts';
import { endpointVariables } from './settings.ts';

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
  const env = options.env ?? {};
  if (options.endpoint !== undefined) faults.push(...endpointFaults(options.endpoint, "'endpoint'"));
  else for (const name of endpointVariables(env)) faults.push(...endpointFaults(env[name] ?? '', name));
  if (options.region !== undefined) faults.push(...regionFaults(options.region, "'region'"));
  else if (env.AWS_REGION) faults.push(...regionFaults(env.AWS_REGION, 'AWS_REGION'));
  else if (env.AWS_DEFAULT_REGION) faults.push(...regionFaults(env.AWS_DEFAULT_REGION, 'AWS_DEFAULT_REGION'));
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

/** The region becomes a part of a host and of the signature's scope. */
function regionFaults(region: string, name: string): string[] {
  return /^[a-z\d-]{1,63}$/i.test(region) ? [] : [`${name} is not the name of a region: write e.g. eu-west-1`];
}

/** Host and path of an endpoint go into each request; what else a URL may have would be left out in silence. */
function endpointFaults(text: string, name: string): string[] {
  const example = 'write e.g. http://127.0.0.1:4566';
  if (!URL.canParse(text)) return [`${name} is not a URL: ${example}`];
  const { protocol, username, password, search, hash } = new URL(text);
  if (!/^https?:$/.test(protocol)) return [`${name} is not an http or https URL: ${example}`];
  return username + password + search + hash === ''
    ? []
    : [`${name} has a user name, a query or a fragment: ${example}`];
}

function transportFaults(transport: unknown, name: string): string[] {
  if (transport === undefined || transport === 'lean' || transport === 'sdk') return [];
  if (typeof transport !== 'object' || transport === null) return [`${name} is neither 'lean' nor 'sdk'`];
  return Object.entries(transport).flatMap(([service, value]) =>
    Object.hasOwn(LEAN_OPERATIONS, service)
      ? transportFaults(value, `${name}.${service}`)
      : [`${name} names an unknown service: '${service}'`],
  );
}
