import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a task asked its agent for. */
export interface ProtectionCall {
  readonly ProtectionEnabled: boolean;
  readonly ExpiresInMinutes?: number;
}

export interface EcsAgent extends AsyncDisposable {
  /** What ECS puts into a container's environment. */
  readonly env: { readonly ECS_CONTAINER_METADATA_URI_V4: string; readonly ECS_AGENT_URI: string };
  readonly asked: readonly ProtectionCall[];
  /** Answers from now on with this reason instead of protecting. */
  refuse(reason: string): void;
}

const TASK_ARN = 'arn:aws:ecs:eu-west-1:123456789012:task/shop/0123456789abcdef';

/** The two endpoints of the ECS agent that a container reaches: task metadata version 4 and task scale-in protection. */
export async function startEcsAgent(): Promise<EcsAgent> {
  const asked: ProtectionCall[] = [];
  let refusal: string | undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.method === 'GET' && request.url === '/v4/container/task') {
      answer(200, {
        Cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop',
        TaskARN: TASK_ARN,
        Family: 'orders-dev',
        Revision: '7',
        AvailabilityZone: 'eu-west-1b',
        LaunchType: 'FARGATE',
        Limits: { CPU: 0.25, Memory: 512 },
      });
    } else if (request.method === 'PUT' && request.url === '/api/task/task-protection/v1/state') {
      asked.push(JSON.parse(Buffer.concat(chunks).toString()) as ProtectionCall); // what our own client sent
      answer(
        200,
        refusal === undefined
          ? { protection: { ...asked.at(-1), TaskArn: TASK_ARN } }
          : { failure: { Arn: TASK_ARN, Detail: 'no', Reason: refusal } },
      );
    } else {
      answer(404, {});
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  const url = `http://127.0.0.1:${port}`;
  return {
    env: { ECS_CONTAINER_METADATA_URI_V4: `${url}/v4/container`, ECS_AGENT_URI: `${url}/api/task` },
    asked,
    refuse: (reason) => {
      refusal = reason;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
