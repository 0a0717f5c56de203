import type { ConfigReference, OpenContext } from '../kind.ts';
import type { ConnectOptions } from './connection.ts';

/**
 * The options of a connection that an app opens: a password of the config is asked for anew for
 * each connection.
 */
export function connectOptions(context: OpenContext, password: ConfigReference | undefined): ConnectOptions {
  const { target: url, identity, clock, random, config } = context;
  return {
    url,
    identity,
    clock,
    random,
    password: password && (() => revealed(config(password))),
  };
}

/** A secret of the config, or a plain text. */
function revealed(value: unknown): string {
  const { reveal } = value as { reveal?: () => unknown };
  return String(typeof reveal === 'function' ? reveal.call(value) : value);
}
