/** The manifest of an app: versioned JSON for infrastructure. @module */
export { buildManifest } from './build-manifest.ts';
export type {
  Manifest,
  ManifestAccess,
  ManifestComponent,
  ManifestConfig,
  ManifestResource,
  ManifestSchedule,
  ManifestSupervisor,
} from './manifest.ts';
