import { readInteger, readOneOf, readString, readStructures, requireString, requireStrings } from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { Action, CallContext, ResumeContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { pageByKey } from '../page.ts';
import { nextTime, parseSchedule } from '../scheduler/expression.ts';
import type { EventPlace } from './emit-event.ts';
import { eventOf, invokeTargets } from './emit-event.ts';
import type { EventPattern } from './event-pattern.ts';
import type { Rule, Target } from './rule-store.ts';
import { rulesOf } from './rule-store.ts';

const notFound = (name: string) =>
  new ServiceError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`);

const ruleArn = (name: string, { region, account }: CallContext) =>
  `arn:${partitionOf(region)}:events:${region}:${account}:rule/${name}`;

/** EventBridge assumes a role for some targets: who names one must be allowed to pass it on. */
function passRole(input: Readonly<Record<string, unknown>>, context: CallContext): void {
  const arn = readString(input, 'RoleArn');
  if (arn !== undefined) context.touches(arn, 'iam:PassRole', { 'iam:PassedToService': 'events.amazonaws.com' });
}

function ruleOf(name: string, context: CallContext): Rule {
  context.touches(ruleArn(name, context));
  const rule = rulesOf(context.stores).get(name);
  if (rule === undefined) throw notFound(name);
  return rule;
}

function readPattern(text: string | undefined): EventPattern | undefined {
  if (text === undefined) return undefined;
  try {
    const pattern: unknown = JSON.parse(text);
    if (typeof pattern === 'object' && pattern !== null && !Array.isArray(pattern)) return pattern as EventPattern;
  } catch {
    // refused below
  }
  throw new ServiceError('InvalidEventPatternException', 'Event pattern is not valid. Reason: Filter is not an object');
}

/**
 * Invokes the targets of a schedule rule each time that it is due, as long as the rule is this
 * one.
 */
function arm(rule: Rule, place: EventPlace, startedMs: number): void {
  if (rule.schedule === undefined) return;
  const schedule = parseSchedule(rule.schedule, 'UTC');
  const dueMs = schedule && nextTime(schedule, place.clock.now(), startedMs);
  if (dueMs === undefined) return;
  place.clock.after(dueMs - place.clock.now(), () => {
    if (rulesOf(place.stores).get(rule.name) !== rule) return;
    if (rule.state === 'ENABLED') {
      const event = eventOf(place, {
        source: 'aws.events',
        detailType: 'Scheduled Event',
        resources: [rule.arn],
        detail: {},
      });
      invokeTargets(rule, event, place);
    }
    arm(rule, place, startedMs);
  });
}

/** Arms the schedule rules that a snapshot brought back. */
export function resumeRules(context: ResumeContext): void {
  for (const rule of rulesOf(context.stores).values()) arm(rule, context, context.clock.now());
}

export const putRule: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 64 });
  const arn = ruleArn(name, context);
  context.touches(arn);
  passRole(input, context);
  const schedule = readString(input, 'ScheduleExpression', { max: 256 });
  if (schedule !== undefined && (parseSchedule(schedule, 'UTC') === undefined || schedule.startsWith('at('))) {
    throw new ServiceError('ValidationException', 'Parameter ScheduleExpression is not valid.');
  }
  const pattern = readPattern(readString(input, 'EventPattern', { max: 4_096 }));
  if (schedule === undefined && pattern === undefined) {
    throw new ServiceError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  const rules = rulesOf(context.stores);
  const rule: Rule = {
    name,
    arn,
    pattern,
    schedule,
    description: readString(input, 'Description', { max: 512 }),
    state:
      readOneOf(input, 'State', ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']) ?? 'ENABLED',
    targets: rules.get(name)?.targets ?? new Map<string, Target>(),
  };
  rules.set(name, rule);
  arm(rule, context, context.clock.now());
  return { RuleArn: arn };
};

export const deleteRule: Action = (input, context) => {
  const name = requireString(input, 'Name');
  context.touches(ruleArn(name, context));
  const rules = rulesOf(context.stores);
  if ((rules.get(name)?.targets.size ?? 0) > 0) {
    throw new ServiceError('ValidationException', `Rule can't be deleted since it has targets.`);
  }
  rules.delete(name);
};

const describe = (rule: Rule) => ({
  Name: rule.name,
  Arn: rule.arn,
  EventPattern: rule.pattern && JSON.stringify(rule.pattern),
  ScheduleExpression: rule.schedule,
  State: rule.state,
  Description: rule.description,
  EventBusName: 'default',
});

export const describeRule: Action = (input, context) => describe(ruleOf(requireString(input, 'Name'), context));

export const listRules: Action = (input, { stores }) => {
  const prefix = readString(input, 'NamePrefix') ?? '';
  const found = [...rulesOf(stores).values()].filter(({ name }) => name.startsWith(prefix));
  const size = readInteger(input, 'Limit', { min: 1, max: 100 }) ?? 100;
  const invalidToken = () => new ServiceError('ValidationException', 'Token is invalid.');
  const page = pageByKey(found, ({ name }) => name, size, readString(input, 'NextToken'), invalidToken);
  return { Rules: page.items.map(describe), NextToken: page.next };
};

export const putTargets: Action = (input, context) => {
  const rule = ruleOf(requireString(input, 'Rule'), context);
  const targets = readStructures(input, 'Targets', { min: 1, max: 100 }) ?? [];
  for (const target of targets) passRole(target, context);
  for (const target of targets) {
    const id = requireString(target, 'Id');
    const text = readString(target, 'Input');
    rule.targets.set(id, {
      id,
      arn: requireString(target, 'Arn'),
      input: text === undefined ? undefined : JSON.parse(text),
    });
  }
  return { FailedEntryCount: 0, FailedEntries: [] };
};

export const removeTargets: Action = (input, context) => {
  const rule = ruleOf(requireString(input, 'Rule'), context);
  for (const id of requireStrings(input, 'Ids', { min: 1, max: 100 })) rule.targets.delete(id);
  return { FailedEntryCount: 0, FailedEntries: [] };
};

export const listTargetsByRule: Action = (input, context) => ({
  Targets: [...ruleOf(requireString(input, 'Rule'), context).targets.values()].map(({ id, arn, input: constant }) => ({
    Id: id,
    Arn: arn,
    ...(constant === undefined ? {} : { Input: JSON.stringify(constant) }),
  })),
});
