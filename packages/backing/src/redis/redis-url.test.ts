import { expect, it } from 'vitest';
import { parseRedisUrl, REDIS_BINDING } from './redis-url.ts';

it('reads host, TLS, user, IAM, cluster and prefix', () => {
  const target = { user: undefined, password: undefined, iam: undefined, cluster: false, prefix: '' };
  expect(parseRedisUrl('redis://localhost')).toEqual({ ...target, host: 'localhost', port: 6379, tls: false });
  expect(parseRedisUrl('redis://:pa%24s@127.0.0.1:7000/?prefix=shop-dev%3A')).toEqual({
    ...target,
    host: '127.0.0.1',
    port: 7000,
    tls: false,
    password: 'pa$s',
    prefix: 'shop-dev:',
  });
  const serverless = 'rediss://app@prices-abc.serverless.euw1.cache.amazonaws.com:6379?iam=prices&serverless=true';
  expect(REDIS_BINDING.pattern.test(serverless)).toBe(true);
  expect(parseRedisUrl(serverless)).toEqual({
    ...target,
    host: 'prices-abc.serverless.euw1.cache.amazonaws.com',
    port: 6379,
    tls: true,
    user: 'app',
    iam: { cache: 'prices', serverless: true },
    cluster: true,
  });
  expect(parseRedisUrl('rediss://h?cluster=true')).toMatchObject({ cluster: true, tls: true });
  expect(parseRedisUrl('redis://[::1]:1')).toMatchObject({ host: '::1', port: 1 });
});

it('names every fault, and never a password', () => {
  const read = (url: string) => {
    try {
      return parseRedisUrl(url);
    } catch (error) {
      return String(error);
    }
  };
  const faults = read('redis://:hunter2@cache.test/3?iam=prices&serverless=yes&db=1');
  for (const part of [
    'unknown query db',
    "'serverless'",
    'it has a password',
    'IAM needs TLS',
    'IAM needs a user',
    'path',
  ]) {
    expect(faults).toContain(part);
  }
  expect(faults).not.toContain('hunter2');
  for (const url of ['', 'localhost:6379', 'http://localhost', 'redis://'])
    expect(read(url)).toMatch(/write it as rediss/);
});
