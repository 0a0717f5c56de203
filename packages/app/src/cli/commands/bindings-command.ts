import { bindings } from '../../bindings.ts';
import type { AppIdentity } from '../../component.ts';
import { STAGE_SHAPE } from '../../stage.ts';
import { align } from '../align.ts';
import type { Command } from '../command.ts';

/**
 * `twelvefold bindings`: where each resource of an app is found at a stage. Nothing is looked up.
 */
export const bindingsCommand: Command = {
  name: 'bindings',
  summary: "List every resource's environment variable, parameter and physical name at a stage",
  details: 'They follow from the app and the stage alone; AWS is not asked.',
  arguments: [{ name: 'module', description: 'What exports the app: built, or TypeScript' }],
  options: {
    stage: {
      value: 'STAGE',
      description: 'The stage',
      env: 'TWELVEFOLD_STAGE',
      required: true,
      pattern: STAGE_SHAPE.pattern,
      expected: STAGE_SHAPE.expected,
    },
    export: { value: 'NAME', description: 'The export that defineApp() made', default: 'app' },
    json: { description: 'One line of JSON' },
  },
  run: async (input, io) => {
    const [module, name] = [input.text('module'), input.text('export')];
    const app = await io.load(module, name);
    if (!isApp(app)) {
      throw new TypeError(
        `Cannot list bindings: the export '${name}' of ${module} is not an app; export what defineApp() of 'twelvefold' returns`,
      );
    }
    const found = bindings(app, input.text('stage'));
    if (input.flag('json')) {
      io.stdout.write(`${JSON.stringify(found)}\n`);
      return 0;
    }
    const rows = found.map(({ key, env, parameter, physicalName }) => [key, env, parameter, physicalName]);
    const lines = align([['KEY', 'ENVIRONMENT', 'PARAMETER', 'PHYSICAL NAME'], ...rows]);
    io.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return 0;
  },
};

function isApp(value: unknown): value is AppIdentity {
  const app = value as Partial<AppIdentity> | null | undefined; // every field read is checked here
  return typeof app?.name === 'string' && typeof app.backing === 'object' && app.backing !== null;
}
