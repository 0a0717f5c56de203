export { buildManifest } from './build-manifest.ts';
export type { Manifest, ManifestAccess, ManifestComponent, ManifestConfig, ManifestResource } from './manifest.ts';
