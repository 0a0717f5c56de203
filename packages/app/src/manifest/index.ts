export { type BuildManifestOptions, buildManifest } from './build-manifest.ts';
export type {
  CloudFormationResource,
  CloudFormationValue,
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
