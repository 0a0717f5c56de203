import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import type { LocalAws, ProvisionedStack } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';

const REGION = 'eu-central-1';
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };
/** The component of calls that set up a measurement, so that they are not counted. */
const COMPONENT = 'bench';

export interface BenchAws extends AsyncDisposable {
  readonly aws: Aws;
  readonly stack: ProvisionedStack;
  /** The value of a resource's `Ref`. */
  ref(logicalId: string): string;
  /**
   * The operations that the endpoint has answered for `aws` since the last time, retries included.
   */
  calls(): readonly string[];
}

/**
 * An endpoint with the resources of a template, and a port to it: the SDK's clients over HTTP, as
 * in production.
 */
export async function benchAws(resources: Readonly<Record<string, unknown>>): Promise<BenchAws> {
  const local: LocalAws = await startLocalAws();
  const at = { endpoint: local.url, region: REGION, credentials: CREDENTIALS };
  const stack = await provision({ Resources: resources }, at);
  return {
    aws: createAws({ env: {}, ...at }).as(COMPONENT),
    stack,
    ref: (logicalId) => {
      const resource = stack.resources.find((each) => each.logicalId === logicalId);
      if (resource === undefined) throw new Error(`Cannot find ${logicalId} in the stack`);
      return resource.physicalId;
    },
    calls: () => {
      const operations = local
        .calls()
        .flatMap(({ component, operation }) => (component === COMPONENT ? [operation] : []));
      local.clearCalls();
      return operations;
    },
    [Symbol.asyncDispose]: () => local.close(),
  };
}
