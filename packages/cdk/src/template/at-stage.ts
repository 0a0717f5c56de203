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
