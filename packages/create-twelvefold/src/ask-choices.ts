import { cancel, confirm, isCancel, select, text } from '@clack/prompts';
import type { Choices, Given, Template } from './choices.ts';
import { nameFault, nameOf, TEMPLATES } from './choices.ts';

const HINTS: Readonly<Record<Template, string>> = {
  service: 'a container on Fargate',
  functions: 'Lambda functions',
  both: 'an API on Fargate, its queue on Lambda',
};

/** Asks for what the command line leaves open. Undefined when the person gives up. */
export async function askChoices(given: Given, defaults: Choices): Promise<Choices | undefined> {
  const folder =
    given.folder ??
    (await text({
      message: 'Which folder?',
      placeholder: defaults.folder,
      defaultValue: defaults.folder,
      validate: (value) => (value ? nameFault(nameOf(value)) : undefined),
    }));
  if (isCancel(folder)) return gaveUp();
  const template =
    given.template ??
    (await select({
      message: 'Where does it run?',
      initialValue: defaults.template,
      options: TEMPLATES.map((value) => ({ value, label: value, hint: HINTS[value] })),
    }));
  if (isCancel(template)) return gaveUp();
  const install = given.install ?? (await confirm({ message: `Install the dependencies with ${defaults.pm}?` }));
  if (isCancel(install)) return gaveUp();
  return { ...defaults, folder, template, install };
}

function gaveUp(): undefined {
  cancel('Nothing was created.');
  return undefined;
}
