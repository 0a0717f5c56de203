import type { Manifest, ManifestAccess, ManifestComponent } from '../../manifest/manifest.ts';
import { permissionsOf } from '../../manifest/permission-changes.ts';
import type { Command } from '../command.ts';
import { loadManifest } from '../load-manifest.ts';

/** `twelvefold infra policy`: the permissions of one component, or its policy in CloudFormation. */
export const infraPolicyCommand: Command = {
  name: 'infra policy',
  summary: 'Show the permissions of a component',
  details: 'The role of the component has these and, on Lambda, those for its log group.',
  arguments: [
    { name: 'module', description: 'The module that exports the manifest: built, or TypeScript' },
    { name: 'component', description: 'The name of the component' },
  ],
  options: {
    export: { value: 'NAME', description: 'The export that buildManifest() made', default: 'manifest' },
    json: { description: 'The policy document, with the functions of CloudFormation' },
  },
  run: async (input, io) => {
    const manifest = await loadManifest(io, input.text('module'), input.text('export'));
    const component = findComponent(manifest, input.text('component'));
    if (input.flag('json')) {
      io.stdout.write(`${JSON.stringify(policyOf(manifest, component), null, 2)}\n`);
      return 0;
    }
    const permissions = permissionsOf({ ...manifest, components: [component] }).filter(
      (one) => one.component !== manifest.supervisor?.name,
    );
    for (const { action, on } of permissions) io.stdout.write(`${action} on ${on}\n`);
    return 0;
  },
};

function findComponent({ components }: Manifest, name: string): ManifestComponent {
  const found = components.find((component) => component.name === name);
  if (found !== undefined) return found;
  const known = components.map((component) => component.name).join(', ');
  throw new Error(`Cannot show the policy of ${name}: the app has no such component; it has ${known}`);
}

const sub = (service: string, rest: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest.replaceAll('{stage}', '${Stage}')}`,
});

const parameterArn = (name: string) => sub('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);

/** Secrets Manager puts a hyphen and six characters behind a name. */
const secretArn = (id: string) => sub('secretsmanager', `secret:${id}${id.endsWith('/*') ? '' : '-??????'}`);

function resourcesOf({ on, names }: ManifestAccess): unknown {
  const arns = { parameters: parameterArn, secrets: secretArn, keyOfParameters: () => sub('kms', 'key/*') };
  if (on === 'anything') return '*';
  return on === 'keyOfParameters'
    ? arns.keyOfParameters()
    : names.map((name) => (name.startsWith('arn:') ? name : arns[on](name)));
}

function policyOf({ resources }: Manifest, { grants, config }: ManifestComponent) {
  const uses = grants.map(({ resource: key, part, actions }) => {
    const resource = resources.find((one) => one.key === key);
    const arns = part === undefined ? (resource?.arns ?? []) : [resource?.parts?.[part]];
    return { Effect: 'Allow', Action: actions, Resource: arns.length === 1 ? arns[0] : arns };
  });
  const reads = (config?.access ?? []).map((access) => ({
    Effect: 'Allow',
    Action: access.action,
    Resource: resourcesOf(access),
    ...(access.on === 'keyOfParameters'
      ? {
          Condition: {
            StringEquals: {
              'kms:EncryptionContext:PARAMETER_ARN': access.names.map(parameterArn),
              'kms:ViaService': { 'Fn::Sub': 'ssm.${AWS::Region}.amazonaws.com' },
            },
          },
        }
      : {}),
  }));
  return { Version: '2012-10-17', Statement: [...uses, ...reads] };
}
