/** Bundles that carry what their component uses. @module */

export { bundleFunctions } from './bundle-functions.ts';
export { leaveOutDrivers, unusedDrivers } from './leave-out-drivers.ts';
