import type { Environment } from '../settings.ts';
import { builtin } from './builtin.ts';

/** This package's version; a test holds it against package.json. */
const VERSION = '0.1.0';

const token = (text: string) => text.replaceAll(/[^A-Za-z0-9._-]/g, '_');

/** Product, language and the application id of `AWS_SDK_UA_APP_ID`, in the form of the AWS SDKs. */
export function userAgent(env: Environment): string {
  const node = builtin('node:process').versions.node;
  const app = env.AWS_SDK_UA_APP_ID ? ` app/${token(env.AWS_SDK_UA_APP_ID).slice(0, 50)}` : '';
  return `twelvefold/${VERSION} ua/2.1 lang/js md/nodejs#${node}${app}`;
}

/** `md/component#NAME`: what tells a component's calls apart in CloudTrail. */
export const componentSuffix = (component: string | undefined): string =>
  component === undefined ? '' : ` md/component#${token(component)}`;
