import { readOneOf, readString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { changeSetOf } from './change-set-lookup.ts';
import { validationError } from './errors.ts';
import { HIDDEN, hiddenParameters } from './parameter-values.ts';
import { stackOf } from './stack-store.ts';
import { anyTemplate } from './stacks.ts';
import type { Template } from './template-source.ts';
import { declaredTransforms, iamCapability, processedBody, readBody, requireTemplate } from './template-source.ts';

export const getTemplate: Action = async (input, context) => {
  const stage = readOneOf(input, 'TemplateStage', ['Original', 'Processed']) ?? 'Original';
  const changeSetName = readString(input, 'ChangeSetName');
  const stackName = readString(input, 'StackName');
  let body: string;
  if (changeSetName !== undefined) body = changeSetOf(input, context).changeSet.settings.body;
  else if (stackName !== undefined) body = stackOf(context, stackName).settings.body;
  else throw validationError('StackName is required');
  return {
    TemplateBody: stage === 'Processed' ? processedBody(await readBody(body)) : body,
    StagesAvailable: ['Original', 'Processed'],
  };
};

const shownDefault = (hidden: boolean, value: unknown) =>
  value === undefined ? undefined : hidden ? HIDDEN : String(value);

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

function describe(template: Template) {
  const needed = iamCapability(template);
  const transforms = declaredTransforms(template);
  const capabilities = [
    ...(needed === undefined ? [] : [needed.capability]),
    ...(transforms.length > 0 ? ['CAPABILITY_AUTO_EXPAND'] : []),
  ];
  return {
    Description: template.read.description,
    Capabilities: capabilities.length > 0 ? capabilities : undefined,
    CapabilitiesReason: needed && `The following resource(s) require capabilities: [${needed.types.join(', ')}]`,
    DeclaredTransforms: transforms,
  };
}

export const validateTemplate: Action = async (input, context) => {
  const template = await requireTemplate(input, context);
  const hidden = hiddenParameters(template.read);
  return {
    Parameters: Object.entries(template.read.parameters).map(([ParameterKey, definition]) => ({
      ParameterKey,
      DefaultValue: shownDefault(hidden.has(ParameterKey), definition.Default),
      NoEcho: hidden.has(ParameterKey),
      Description: text(definition.Description),
    })),
    ...describe(template),
  };
};

export const getTemplateSummary: Action = async (input, context) => {
  const template = await anyTemplate(input, context);
  const { raw, read } = template;
  const hidden = hiddenParameters(read);
  return {
    Parameters: Object.entries(read.parameters).map(([ParameterKey, definition]) => ({
      ParameterKey,
      DefaultValue: shownDefault(hidden.has(ParameterKey), definition.Default),
      ParameterType: text(definition.Type) ?? 'String',
      NoEcho: hidden.has(ParameterKey),
      Description: text(definition.Description),
      ParameterConstraints: {
        AllowedValues: Array.isArray(definition.AllowedValues) ? definition.AllowedValues.map(String) : undefined,
      },
    })),
    ResourceTypes: [...new Set(read.resources.map(({ type }) => type))],
    Version: text(raw.AWSTemplateFormatVersion),
    Metadata: raw.Metadata === undefined ? undefined : JSON.stringify(raw.Metadata),
    ...describe(template),
  };
};
