import { randomInt } from 'node:crypto';
import type { CallContext } from '../../core/service.ts';
import type { Secret } from './store.ts';
import { liveSecrets } from './store.ts';

const SUFFIX_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const arnOf = (rest: string, { account, region }: CallContext) =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${rest}`;

/** An ARN ends in six random characters, so that a recreated secret is not the one that old policies name. */
export function newSecretArn(name: string, context: CallContext): string {
  const suffix = Array.from({ length: 6 }, () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)]).join('');
  return arnOf(`${name}-${suffix}`, context);
}

/**
 * The secret that `id` names: by name, by ARN, or by an ARN without its last seven characters. A partial ARN whose name itself
 * ends in a hyphen and six characters is taken for a full one and not found: AWS's own warning about such names.
 */
export function lookUpSecret(id: string, context: CallContext): Secret | undefined {
  const all = liveSecrets(context);
  if (!id.startsWith('arn:')) return all.get(id);
  const prefix = arnOf('', context);
  if (!id.startsWith(prefix)) return undefined;
  const rest = id.slice(prefix.length);
  if (!/-[A-Za-z0-9]{6}$/.test(rest)) return all.get(rest);
  const full = all.get(rest.slice(0, -7));
  return full?.arn === id ? full : undefined;
}

/** What IAM would check for `id`: the secret's ARN, or what it would be without the suffix where there is no such secret. */
export function secretArnForPolicy(id: string, context: CallContext): string {
  return lookUpSecret(id, context)?.arn ?? (id.startsWith('arn:') ? id : arnOf(id, context));
}
