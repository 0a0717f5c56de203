/** What the command line of `twelvefold` takes from this package. @module */
export { type ConfigPlanInput, type ConfigPlanIo, configPlanCommand } from './config-plan-command.ts';
