import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../core/read-body.ts';
import { listen, sendJson } from '../http/listen.ts';
import type { TaskIdentity } from './task-metadata.ts';
import { taskMetadata } from './task-metadata.ts';
import type { TaskProtection } from './task-protection.ts';

export interface Agent {
  /** The variables by which a container finds its agent. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The endpoints that the ECS agent offers to one task: metadata and scale-in protection. */
export async function startAgent(identity: TaskIdentity, protection: TaskProtection): Promise<Agent> {
  const id = identity.taskArn.split('/').at(-1);
  const metadata: Readonly<Record<string, unknown>> = taskMetadata(identity);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace(/\?.*$/, '').replace(/\/$/, '');
    const body = await readBody(request, 64 * 1024);
    if (path === `/api/${id}/task-protection/v1/state`) {
      const answer = protection.answer(request.method ?? 'GET', body?.toString('utf8') ?? '');
      return sendJson(response, answer.status, answer.body);
    }
    const suffix = path.startsWith(`/v4/${id}`) ? path.slice(`/v4/${id}`.length) : undefined;
    if (request.method === 'GET' && suffix !== undefined && suffix in metadata) {
      return sendJson(response, 200, metadata[suffix]);
    }
    sendJson(response, 404, `The ECS agent of this task has nothing at ${request.method} ${path}`);
  }

  const { port, close } = await listen((request, response) => {
    handle(request, response).catch(() => response.destroy()); // the task hung up
  });
  return {
    env: {
      ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/${id}`,
      ECS_AGENT_URI: `http://127.0.0.1:${port}/api/${id}`,
    },
    close,
  };
}
