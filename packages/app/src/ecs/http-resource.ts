import type { Clock } from '@twelvefold/core';
import { toError } from '@twelvefold/core/internal';
import type { Resource } from '@twelvefold/lifecycle';
import type { HttpService } from '@twelvefold/lifecycle/internal';
import type { HostProfile, HttpServer } from '@twelvefold/lifecycle/internal/service';
import { createHttpServer } from '@twelvefold/lifecycle/service';
import type { Logger } from '@twelvefold/logging';
import type { HttpComponent } from '../component.ts';
import type { RequestMetrics } from '../runtime/request-metrics.ts';
import { portFrom } from './port.ts';

export interface HttpResourceOptions {
  name: string;
  /** Called as the resource starts: config and bindings are loaded by then. */
  service(): HttpService;
  component?: HttpComponent;
  env: Readonly<Record<string, string | undefined>>;
  profile: Pick<HostProfile, 'address' | 'lingerMs'>;
  logger: Logger;
  clock: Clock;
  counted?: RequestMetrics;
}

/** The port of a service, as a resource of its lifecycle. */
export function httpResource(options: HttpResourceOptions): Resource {
  const { name, component, env, profile, logger, clock, counted } = options;
  let server: HttpServer | undefined;
  const stopped = new AbortController();
  let counting: Promise<void> | undefined;
  return {
    name: `http ${name}`,
    start: async (signal) => {
      server = createHttpServer({
        ...options.service(),
        port: portFrom(env),
        host: env.HOST || profile.address,
        lingerMs: profile.lingerMs,
        clock,
        ...(component?.timeoutMs === undefined ? {} : { answerMs: component.timeoutMs }),
        ...(component?.basePath === undefined ? {} : { basePath: component.basePath }),
        proxies: component?.proxies ?? 0,
        onError: (error) => logger.error('answer broke off', { error: toError(error) }),
        onWarning: (message) => logger.warn(message),
      });
      await server.start(signal);
      counting = counted?.run(stopped.signal);
      logger.info(`listening on port ${server.port}`, { port: server.port });
    },
    quiesce: (signal) => server?.quiesce(signal),
    drain: (signal) => server?.drain(signal),
    stop: async (signal) => {
      await server?.stop(signal);
      stopped.abort();
      await counting;
    },
  };
}
