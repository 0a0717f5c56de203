import type { Compute, TwelveFactorApp, TwelveFactorMonitoring } from '@twelvefold/cdk';
import type { Manifest } from 'twelvefold/manifest';

type Stack = ConstructorParameters<typeof TwelveFactorApp>[0];
export declare const stack: Stack;
export declare const networkStack: Stack;
export declare const auditStack: Stack;
export declare const manifest: Manifest;
export declare const compute: Compute;
export declare const app: TwelveFactorApp;
export declare const topic: TwelveFactorMonitoring['topic'];
