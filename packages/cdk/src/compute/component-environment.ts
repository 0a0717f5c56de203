import { Fn } from 'aws-cdk-lib';
import type { ManifestComponent } from 'twelvefold/manifest';
import type { Attached } from '../data/add-resources.ts';
import { STAGE } from '../template/parameters.ts';

/**
 * The variables that the runtime reads: the stage, and the binding of each resource that the
 * components use, and of no other.
 */
export function componentEnvironment(
  components: ReadonlyArray<Pick<ManifestComponent, 'uses'>>,
  attached: ReadonlyMap<string, Attached>,
): Record<string, string> {
  const used = new Set(components.flatMap(({ uses }) => uses));
  const bindings = [...attached].flatMap(([key, { declared, value }]) =>
    used.has(key) && declared.binding && value !== undefined ? [[declared.binding.env, value]] : [],
  );
  return {
    TWELVEFOLD_STAGE: Fn.ref(STAGE),
    NODE_OPTIONS: '--enable-source-maps',
    ...Object.fromEntries(bindings),
  };
}
