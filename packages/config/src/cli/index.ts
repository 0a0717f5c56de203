/** What the command line of `twelvefold` takes from this package. @module */
export { configPlanCommand } from './config-plan-command.ts';
