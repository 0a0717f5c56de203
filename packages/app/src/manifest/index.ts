export { buildManifest } from './build-manifest.ts';
export type {
  CloudFormationResource,
  CloudFormationValue,
  Manifest,
  ManifestAccess,
  ManifestComponent,
  ManifestConfig,
  ManifestParameter,
  ManifestResource,
  ManifestSecret,
} from './manifest.ts';
