import type { TwelveFactorApp } from '@twelvefold/cdk';
import type { Manifest } from 'twelvefold/manifest';

export declare const stack: ConstructorParameters<typeof TwelveFactorApp>[0];
export declare const manifest: Manifest;
