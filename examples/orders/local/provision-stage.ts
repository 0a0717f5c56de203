import { readFile } from 'node:fs/promises';
import { createAws } from '@twelvefold/aws';
import type { ProvisionedStack, ProvisionProgress } from '@twelvefold/local';
import { provision } from '@twelvefold/local';
import { pushConfig } from './push-config.ts';

/** The very template that a deployment uses. */
const TEMPLATE = new URL('../../../infra/templates/orders.template.json', import.meta.url);

export interface ProvisionStageOptions {
  env: Readonly<Record<string, string | undefined>>;
  endpoint: string;
  stage: string;
  onProgress?: (progress: ProvisionProgress) => void;
}

/** Provisions the example at one stage: its template's resources, then its config values. */
export async function provisionStage(
  options: ProvisionStageOptions,
): Promise<{ stack: ProvisionedStack; pushed: string[] }> {
  const { env, endpoint, stage, onProgress } = options;
  const template: unknown = JSON.parse(await readFile(TEMPLATE, 'utf8'));
  const stack = await provision(template, {
    env,
    endpoint,
    stackName: `orders-${stage}`,
    parameters: { Stage: stage },
    ...(onProgress ? { onProgress } : {}),
  });
  const pushed = await pushConfig(createAws({ env, endpoint }), stage);
  return { stack, pushed };
}
