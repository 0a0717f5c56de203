export { buildManifest } from './build-manifest.ts';
export type {
  Manifest,
  ManifestAccess,
  ManifestComponent,
  ManifestConfig,
  ManifestParameter,
  ManifestQueue,
  ManifestResource,
  ManifestSecret,
  ManifestTable,
  ManifestTopic,
} from './manifest.ts';
