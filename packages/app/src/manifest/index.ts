export { buildManifest } from './build-manifest.ts';
export type {
  Manifest,
  ManifestAccess,
  ManifestComponent,
  ManifestConfig,
  ManifestParameter,
  ManifestResource,
  ManifestSchedule,
  ManifestSecret,
  ManifestSupervisor,
} from './manifest.ts';
