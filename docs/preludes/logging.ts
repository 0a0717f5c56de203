export { runInScope } from '@twelvefold/lifecycle';

export declare const correlationId: string;
export declare const orderId: string;
