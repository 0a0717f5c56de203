export declare function save(): Promise<void>;
