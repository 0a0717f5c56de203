/** Source: "Service quotas": an item is at most 400 KB, attribute names included. */
export const MAX_ITEM_BYTES = 400 * 1024;
