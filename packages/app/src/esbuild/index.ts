/** Bundles that carry what their component uses. @module */
export { leaveOutDrivers, unusedDrivers } from './leave-out-drivers.ts';
