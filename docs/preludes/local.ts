import type { LaunchedFunction, LocalAws } from '@twelvefold/local';

export declare const aws: LocalAws;
export declare const template: Record<string, unknown>;
export declare const region: string;
export declare const credentials: { accessKeyId: string; secretAccessKey: string };
export declare const queueUrl: string;
export declare const queueArn: string;
export declare const fn: LaunchedFunction;
export declare const orders: LaunchedFunction;
