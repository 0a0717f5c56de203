/**
 * The development loop behind `twelvefold dev`: the app beside an AWS endpoint, started again after
 * each change. @module @twelvefold/local/internal/dev
 */
export type { RunControl, SessionControl } from '../console/section.ts';
export type { DevManifest, DevResource } from './dev-manifest.ts';
export type { DevTemplate, DevTemplateOptions } from './dev-template.ts';
export { devTemplate } from './dev-template.ts';
export type { DevOptions, DevSession } from './start-dev.ts';
export { startDev } from './start-dev.ts';
