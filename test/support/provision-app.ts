import { provision } from '@twelvefold/local';
import type { Manifest } from 'twelvefold/manifest';
import { buildManifest } from 'twelvefold/manifest';

/**
 * Makes the resources of an app, without functions and services, on an endpoint.
 *
 * @returns the variables of its processes: access, endpoint, stage and bindings
 */
export async function provisionApp(
  app: Parameters<typeof buildManifest>[0],
  endpoint: string,
  stage = 'dev',
): Promise<Readonly<Record<string, string>>> {
  const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const { resources } = buildManifest(app, {});
  const { outputs } = await provision(templateOf(resources, stage), { endpoint, env });
  const bindings = resources.flatMap(({ key, binding }) => (binding ? [[binding.env, outputs[key] ?? '']] : []));
  return {
    ...env,
    AWS_ENDPOINT_URL: endpoint,
    TWELVEFOLD_STAGE: stage,
    ...Object.fromEntries(bindings.filter(([, value]) => value !== '')),
  };
}

function templateOf(resources: Manifest['resources'], stage: string): object {
  const made = resources.flatMap(({ cloudFormation = [] }) => cloudFormation);
  const bound = resources.flatMap(({ key, binding }) => (binding?.from === undefined ? [] : [[key, binding.from]]));
  const template = {
    Resources: Object.fromEntries(made.map(({ id, type, properties }) => [id, { Type: type, Properties: properties }])),
    Outputs: Object.fromEntries(bound.map(([key, Value]) => [key, { Value }])),
  };
  return JSON.parse(JSON.stringify(template).replaceAll('{stage}', stage));
}
