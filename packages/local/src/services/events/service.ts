import type { ServiceModule } from '../../core/service.ts';
import {
  deleteRule,
  describeRule,
  listRules,
  listTargetsByRule,
  putRule,
  putTargets,
  removeTargets,
  resumeRules,
} from './rules.ts';

/** Rules of EventBridge on the default bus, with functions as targets. */
export const events: ServiceModule = {
  name: 'events',
  json: { targetPrefix: 'AWSEvents', version: '1.1' },
  actions: {
    DeleteRule: deleteRule,
    DescribeRule: describeRule,
    ListRules: listRules,
    ListTargetsByRule: listTargetsByRule,
    PutRule: putRule,
    PutTargets: putTargets,
    RemoveTargets: removeTargets,
  },
  resume: resumeRules,
};
