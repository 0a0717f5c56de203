import type { Environment } from '../settings.ts';
import { builtin } from './builtin.ts';

/** This package's version; a test holds it against package.json. */
const VERSION = '0.1.0';

const token = (text: string) => text.replaceAll(/[^A-Za-z0-9._-]/g, '_');

/** More components than an app has. */
const MAX_COMPONENTS = 100;

/**
 * The `user-agent` header for a component's calls: product, language and the application id of `AWS_SDK_UA_APP_ID`, in the form of the AWS
 * SDKs, and `md/component#NAME`, which tells a component's calls apart in CloudTrail.
 */
export function createUserAgent(env: Environment): (component: string | undefined) => string {
  const node = builtin('node:process').versions.node;
  const app = env.AWS_SDK_UA_APP_ID ? ` app/${token(env.AWS_SDK_UA_APP_ID).slice(0, 50)}` : '';
  const base = `twelvefold/${VERSION} ua/2.1 lang/js md/nodejs#${node}${app}`;
  const known = new Map<string, string>();
  return (component) => {
    if (component === undefined) return base;
    const before = known.get(component);
    if (before !== undefined) return before;
    const agent = `${base} md/component#${token(component)}`;
    if (known.size < MAX_COMPONENTS) known.set(component, agent);
    return agent;
  };
}
