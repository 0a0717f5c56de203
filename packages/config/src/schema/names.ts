/**
 * Names that a shell, Node, Lambda or a container sets for itself: a key that reads one would be
 * fed by accident.
 */
const RESERVED = new Set([
  'HOME',
  'HOSTNAME',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
  'LANG',
  'LD_LIBRARY_PATH',
  'LOGNAME',
  'NODE_OPTIONS',
  'NODE_PATH',
  'PATH',
  'PWD',
  'SHELL',
  'TERM',
  'TMPDIR',
  'TZ',
  'USER',
]);

/**
 * A key's part that is a valid name in the environment, in Parameter Store and in Secrets Manager
 * alike.
 */
const SEGMENT = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** Parameter Store allows 15 levels; app and stage are the first two. */
const MAX_DEPTH = 13;

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The app and the stage that names are made from. */
export interface ConfigTarget {
  /** Lower-case words joined by hyphens, e.g. `orders`. */
  readonly app: string;
  /** Lower-case words joined by hyphens, e.g. `prod`. */
  readonly stage: string;
}

/**
 * `pricing.taxRate` is `PRICING_TAX_RATE`, `payments.apiURL2` is `PAYMENTS_API_URL2`: constant
 * case, levels joined by `_`.
 */
export function environmentName(path: readonly string[]): string {
  return path
    .map((segment) =>
      segment
        .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
        .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
        .replaceAll('-', '_')
        .toUpperCase(),
    )
    .join('_');
}

/** `/{app}/{stage}/pricing/taxRate`: the path verbatim. */
export function parameterTemplate(path: readonly string[]): string {
  return `/{app}/{stage}/${path.join('/')}`;
}

/** `{app}/{stage}/payments/apiKey`: the path verbatim. */
export function secretTemplate(path: readonly string[]): string {
  return `{app}/{stage}/${path.join('/')}`;
}

/** A name of a store with the app and the stage in place of `{app}` and `{stage}`. */
export function atTarget(template: string, { app, stage }: ConfigTarget): string {
  return template.replaceAll('{app}', app).replaceAll('{stage}', stage);
}

/**
 * Whether a name belongs to AWS (`rds!...`, `/aws/...`) or is an ARN: the stack and `config push`
 * do not write it.
 */
export function isForeign(name: string): boolean {
  return /^arn:|^\/?aws\/|!/.test(name);
}

/** @throws TypeError when no store or the environment could hold a key of this path. */
export function assertPath(path: readonly string[]): void {
  const key = path.join('.');
  const bad = path.find((segment) => !SEGMENT.test(segment));
  if (bad !== undefined) {
    throw new TypeError(
      `Cannot define config key '${key}': ${JSON.stringify(bad)} must be a letter, then letters, digits, '_' or '-', to be a name in every source`,
    );
  }
  if (path.length > MAX_DEPTH) {
    throw new TypeError(
      `Cannot define config key '${key}': it is deeper than the ${MAX_DEPTH} levels of Parameter Store`,
    );
  }
  if (path[0] === 'bindings') {
    throw new TypeError(
      `Cannot define config key '${key}': /{app}/{stage}/bindings belongs to attached resources; choose another first level`,
    );
  }
}

/** @throws TypeError when the variable belongs to Twelvefold, AWS, the shell or the host. */
export function assertEnvironmentName(key: string, env: string): void {
  if (env.startsWith('TWELVEFOLD_') || env.startsWith('AWS_') || RESERVED.has(env)) {
    const owner = env.startsWith('TWELVEFOLD_') ? 'Twelvefold' : env.startsWith('AWS_') ? 'AWS' : 'the host';
    throw new TypeError(
      `Cannot define config key '${key}': its environment variable ${env} belongs to ${owner}; choose another key`,
    );
  }
}

/**
 * @param placeholder - a stage that stands for one chosen later, e.g. `{stage}` in a template.
 * @throws TypeError when app or stage cannot be part of a store's name.
 */
export function assertTarget(target: ConfigTarget, placeholder?: string): void {
  for (const [what, value] of [
    ['app', target.app],
    ['stage', target.stage],
  ] as const) {
    if (what === 'stage' && value !== undefined && value === placeholder) continue;
    if (typeof value !== 'string' || !NAME.test(value)) {
      throw new TypeError(
        `Cannot name config of ${what} ${JSON.stringify(value)}: use lower-case words joined by hyphens, e.g. '${what === 'app' ? 'orders' : 'prod'}'`,
      );
    }
  }
  // Parameter Store refuses names that begin with these, in any case.
  if (/^(aws|ssm)/.test(target.app)) {
    throw new TypeError(
      `Cannot name config of app '${target.app}': Parameter Store refuses names that begin with aws or ssm`,
    );
  }
}
