export { buildManifest } from './build-manifest.ts';
export type {
  Manifest,
  ManifestComponent,
  ManifestConfig,
  ManifestQueue,
  ManifestResource,
  ManifestTable,
  ManifestTopic,
} from './manifest.ts';
