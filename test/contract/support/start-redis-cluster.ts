import type { RedisServer } from '@twelvefold/local';
import { startRedis } from '@twelvefold/local';
import type { RedisOptions } from '@twelvefold/local/internal';
import { Redis } from 'iovalkey';
import { until } from '../../support/until.ts';

/**
 * Starts a cluster of one node, as ElastiCache Serverless looks to its clients: all slots are
 * behind one address.
 */
export async function startRedisCluster(options: RedisOptions = {}): Promise<RedisServer> {
  const settings = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1', ...options.settings };
  // By default a node announces its plain port.
  const server = await startRedis({
    ...options,
    settings: { ...settings, ...(options.tls && { 'tls-cluster': 'yes' }) },
  });
  const { port, password, ca } = server;
  const redis = new Redis({ port, password, ...(ca === undefined ? {} : { tls: { ca } }) });
  try {
    await redis.call('CLUSTER', ['ADDSLOTSRANGE', '0', '16383']);
    await until(
      'the cluster',
      async () => String(await redis.call('CLUSTER', ['INFO'])),
      (info) => info.includes('cluster_state:ok'),
    );
  } finally {
    redis.disconnect();
  }
  return server;
}
