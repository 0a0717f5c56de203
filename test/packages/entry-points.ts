import type { PackageManifest } from './package-manifest.ts';

/**
 * The specifiers under which a package's modules are imported, such as `@twelvefold/backing/sqs`.
 */
export function entryPoints({ name, exports = {} }: PackageManifest): readonly string[] {
  return Object.keys(exports)
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => (subpath === '.' ? name : `${name}/${subpath.slice(2)}`));
}
