import type { SdkCommand } from './sdk-client.ts';

/**
 * Names the component in the call's user agent as `md/component#NAME`. The user agent is not part of a SigV4 signature,
 * and CloudTrail keeps it.
 */
export function nameComponent(command: SdkCommand, component: string): void {
  const suffix = ` md/component#${component.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`;
  command.middlewareStack.add(
    (next: (args: unknown) => unknown) => (args: { request?: { headers?: Record<string, string> } }) => {
      const headers = args.request?.headers;
      if (headers) headers['user-agent'] = `${headers['user-agent'] ?? ''}${suffix}`.trimStart();
      return next(args);
    },
    // lib-dynamodb runs a command's stack twice over, its own and the inner command's: the later one replaces the first.
    { step: 'finalizeRequest', name: 'twelvefoldComponent', override: true },
  );
}
