import { Fn } from 'aws-cdk-lib';
import { STAGE } from './parameters.ts';

/** A manifest's text with the stack's stage where it says `{stage}`. */
export function atStage(text: string): string {
  return text.includes('{stage}') ? Fn.sub(stageText(text)) : text;
}

/** The same as the text of an `Fn::Sub`, to be made part of a longer one. */
export function stageText(text: string): string {
  return text.replaceAll('{stage}', `\${${STAGE}}`);
}

/**
 * A manifest's CloudFormation value with the stack's stage where a text says `{stage}`. Text
 * outside of `Fn::Sub` that looks like one of its references stays text.
 */
export function valueAtStage(value: unknown): unknown {
  if (typeof value === 'string') return atStage(value.includes('{stage}') ? value.replaceAll('${', '${!') : value);
  if (Array.isArray(value)) return value.map(valueAtStage);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [
    name,
    name === 'Fn::Sub' && typeof field === 'string' ? stageText(field) : valueAtStage(field),
  ]);
  return Object.fromEntries(fields);
}
