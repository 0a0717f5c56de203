export const STREAM_ARN = { type: 'string', min: 37, max: 1024 } as const;
export const SHARD_ID = { type: 'string', min: 28, max: 65 } as const;
