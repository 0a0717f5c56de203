import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';

const PEERS = [
  '@aws-lambda-powertools/logger',
  '@aws-lambda-powertools/metrics',
  '@aws-lambda-powertools/batch',
  '@aws-lambda-powertools/parameters',
  '@middy/core',
  'sqs-consumer',
  'connect-dynamodb',
  'express-session',
  'pg',
  'pino',
  'aws-embedded-metrics',
  'hono',
  '@hono/node-server',
  'fastify',
  'zod',
  '@aws-sdk/client-sqs',
  '@aws-sdk/lib-dynamodb',
  'electrodb',
  'dynamodb-toolbox',
  'dynamodb-lock-client',
  '@deliveryhero/dynamodb-lock',
];

/** The installed versions of what is measured against. */
export async function versions(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of PEERS) {
    const path = findPackageJSON(name, import.meta.url);
    if (path === undefined) throw new Error(`Cannot find ${name}: run 'npm ci'`);
    const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string }; // a package's own file
    found[name] = version;
  }
  return found;
}
