export declare function load(id: string, signal: AbortSignal): Promise<unknown>;
export declare const pool: { connect(): Promise<void>; end(): Promise<void> };
