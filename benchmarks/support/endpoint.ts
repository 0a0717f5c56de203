import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const SERVERS = join(import.meta.dirname, '../servers');

/** An endpoint in a separate process. */
export interface Endpoint extends AsyncDisposable {
  readonly url: string;
  /** Physical ids of provisioned resources by logical id. */
  readonly ids: Readonly<Record<string, string>>;
  /** The variables that make SDK clients and this library's transport call it. */
  readonly env: Readonly<Record<string, string>>;
  /** The operations answered since the last time. */
  calls(): Promise<readonly string[]>;
}

/** The embedded endpoint with the resources of a template. */
export async function localEndpoint(resources: Readonly<Record<string, unknown>>): Promise<Endpoint> {
  const child = fork(join(SERVERS, 'local-aws.ts'), { stdio: 'inherit' });
  return endpointOf(child, await ask(child, { resources }));
}

/**
 * A canned SQS that answers each call after `delayMs`; with `groups`, its messages are in so many
 * groups.
 */
export async function cannedSqs(delayMs = 0, groups = 0): Promise<Endpoint> {
  const child = fork(join(SERVERS, 'canned-sqs.ts'), [String(delayMs), String(groups)], { stdio: 'inherit' });
  const [answer] = (await once(child, 'message')) as [Answer]; // the server is the only sender
  return endpointOf(child, answer);
}

interface Answer {
  url?: string;
  ids?: Record<string, string>;
  operations?: readonly string[];
}

async function ask(child: ChildProcess, question: object): Promise<Answer> {
  const answered = once(child, 'message');
  child.send(question);
  const [answer] = (await answered) as [Answer]; // the server is the only sender
  return answer;
}

function endpointOf(child: ChildProcess, { url = '', ids = {} }: Answer): Endpoint {
  return {
    url,
    ids,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
    },
    calls: async () => (await ask(child, {})).operations ?? [],
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
