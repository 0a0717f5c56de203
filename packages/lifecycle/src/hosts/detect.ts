/** Where the process runs. */
export type Host = 'lambda' | 'lambda-managed' | 'ecs' | 'local';

/**
 * Detects the host from the environment. No other file detects it.
 *
 * Sources: the Lambda and Lambda managed instances environment variables, and ECS's metadata
 * endpoint version 4.
 */
export function detectHost(env: Readonly<Record<string, string | undefined>>): Host {
  if (env.AWS_LAMBDA_RUNTIME_API || env.AWS_LAMBDA_FUNCTION_NAME) {
    return env.AWS_LAMBDA_INITIALIZATION_TYPE === 'lambda-managed-instances' ? 'lambda-managed' : 'lambda';
  }
  return env.ECS_CONTAINER_METADATA_URI_V4 ? 'ecs' : 'local';
}
