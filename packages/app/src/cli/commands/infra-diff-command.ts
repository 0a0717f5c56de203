import type { PermissionChange } from '../../manifest/permission-changes.ts';
import { permissionChanges } from '../../manifest/permission-changes.ts';
import type { Command } from '../command.ts';
import { loadManifest, readManifestFile } from '../load-manifest.ts';

/** The exit code of a change of permissions; errors have 1, wrong usage 64. */
const CHANGED = 2;

/** `twelvefold infra diff`: the permissions that a change of the app grants or takes. */
export const infraDiffCommand: Command = {
  name: 'infra diff',
  summary: 'Show which permissions a change of the app grants or takes',
  details:
    'Compares the app with the manifest of another version, e.g. of the main branch, and writes Markdown for a pull request. Exit codes: 0 the permissions are the same, 2 they differ.',
  arguments: [{ name: 'module', description: 'The module that exports the manifest: built, or TypeScript' }],
  options: {
    against: { value: 'FILE', description: 'The other version, written by twelvefold manifest --out', required: true },
    export: { value: 'NAME', description: 'The export that buildManifest() made', default: 'manifest' },
    json: { description: 'One line of JSON' },
  },
  run: async (input, io) => {
    const was = await readManifestFile(io, input.text('against'));
    const is = await loadManifest(io, input.text('module'), input.text('export'));
    const changes = permissionChanges(was, is);
    io.stdout.write(input.flag('json') ? `${JSON.stringify({ app: is.app, changes })}\n` : markdown(is.app, changes));
    return changes.length === 0 ? 0 : CHANGED;
  },
};

function markdown(app: string, changes: readonly PermissionChange[]): string {
  if (changes.length === 0) return `The permissions of ${app} do not change.\n`;
  const gained = changes.filter(({ change }) => change === 'gains').length;
  return [
    `### Permissions of ${app}: ${gained} granted, ${changes.length - gained} taken`,
    '',
    ...changes.map(({ component, change, action, on }) => `- ${component} ${change} \`${action}\` on ${on}`),
    '',
  ].join('\n');
}
