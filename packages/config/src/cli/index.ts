/** The commands `twelvefold config ...`. @module */

export type { ConfigInput, ConfigIo } from './config-command.ts';
export { configDoctorCommand } from './config-doctor-command.ts';
export { type ConfigPlanInput, type ConfigPlanIo, configPlanCommand } from './config-plan-command.ts';
export { configPolicyCommand } from './config-policy-command.ts';
export { configPrintCommand } from './config-print-command.ts';
export { configPullCommand } from './config-pull-command.ts';
export { configPushCommand } from './config-push-command.ts';
export { configDocsCommand, configEnvCommand } from './config-reference-commands.ts';
