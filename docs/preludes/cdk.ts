import type { Stack } from 'aws-cdk-lib';
import type { Manifest } from 'twelvefold/manifest';

export { App, Stack } from 'aws-cdk-lib';

export declare const stack: Stack;
export declare const manifest: Manifest;
