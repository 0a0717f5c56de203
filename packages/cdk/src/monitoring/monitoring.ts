import { assertKnownOptions, pascalCase } from '@twelvefold/core/internal';
import type { Duration } from 'aws-cdk-lib';
import { Duration as CdkDuration, CfnResource, Fn, Stack } from 'aws-cdk-lib';
import type { AlarmProps, IAlarm, IAlarmAction, IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import {
  Alarm,
  AlarmStatusWidget,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import type { TwelveFactorApp } from '../twelve-factor-app.ts';
import { addAlarmTopic } from './alarm-topic.ts';
import { frontMetrics } from './front-metrics.ts';
import { ownMetric } from './own-metric.ts';
import { SAVED_QUERIES } from './saved-queries.ts';

/** When alarms fire. Each is over five minutes. */
export interface AlarmThresholds {
  /** Failed invocations of a function. @defaultValue 1 */
  readonly functionErrors?: number;
  /** Throttled invocations of a function. @defaultValue 1 */
  readonly throttles?: number;
  /** Percent of a service's requests that it answers with 5xx. @defaultValue 1 */
  readonly errorPercent?: number;
  /** The 99th percentile of a service's response time. @defaultValue 1 second */
  readonly latency?: Duration;
  /** The age of the oldest message in a consumed queue. @defaultValue 5 minutes */
  readonly messageAge?: Duration;
  /** Milliseconds that the config in use is old, at the most. @defaultValue 1 hour */
  readonly configAge?: Duration;
}

/** The properties of {@link TwelveFactorMonitoring}. */
export interface MonitoringProps {
  /** The app, in the same stack. */
  readonly app: TwelveFactorApp;
  /**
   * Addresses that get each alarm by mail, after they confirmed.
   *
   * @defaultValue none
   */
  readonly emails?: readonly string[];
  /**
   * A topic for alarms. If it has a customer key, the key's policy must admit
   * `cloudwatch.amazonaws.com`.
   *
   * @defaultValue a new, encrypted one
   */
  readonly existingTopic?: ITopic;
  readonly thresholds?: AlarmThresholds;
  /** Properties of each of CDK's alarms, over those of this construct, e.g. `evaluationPeriods`. */
  readonly alarmProps?: Partial<Omit<AlarmProps, 'metric' | 'threshold'>>;
}

const PERIOD = CdkDuration.minutes(5);

/**
 * Alarms, a dashboard and saved Logs Insights queries for what an app has: its functions, its
 * service,
 * its queues and tables. Alarms go to an SNS topic.
 *
 * Metrics whose name comes from the app (`configAge`) are in the namespace `{app}-{stage}`.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const app = new TwelveFactorApp(stack, 'App', { manifest, compute });
 * new TwelveFactorMonitoring(stack, 'Monitoring', { app, emails: ['on-call@example.com'] });
 * ```
 */
export class TwelveFactorMonitoring extends Construct {
  readonly topic: ITopic;
  readonly dashboard: Dashboard;
  /** By logical id, e.g. `OrdersFunctionErrors`. */
  readonly alarms: ReadonlyMap<string, Alarm>;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    assertKnownOptions('use TwelveFactorMonitoring', props, [
      'app',
      'emails',
      'existingTopic',
      'thresholds',
      'alarmProps',
    ]);
    const { app, emails = [], existingTopic, thresholds = {} } = props;
    const known = ['functionErrors', 'throttles', 'errorPercent', 'latency', 'messageAge', 'configAge'];
    assertKnownOptions('use thresholds of TwelveFactorMonitoring', thresholds, known);
    this.topic = existingTopic ?? (addAlarmTopic(this, emails).topic as ITopic);
    const action = new SnsAction(this.topic) as IAlarmAction;
    const alarms = new Map<string, Alarm>();
    const sections: IWidget[][] = [];
    for (const { title, watched } of [
      ...functionsOf(app, thresholds),
      ...supervisorOf(app, thresholds),
      ...serviceOf(app, thresholds),
      ...dataOf(app, thresholds),
    ]) {
      for (const { alarmId, description, metric, threshold } of watched) {
        if (threshold === undefined) continue;
        const alarm = new Alarm(this, alarmId, {
          metric,
          threshold,
          alarmDescription: description,
          evaluationPeriods: 1,
          comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
          // A metric without traffic has no values.
          treatMissingData: TreatMissingData.NOT_BREACHING,
          ...props.alarmProps,
        });
        alarm.addAlarmAction(action);
        alarm.addOkAction(action);
        alarms.set(alarmId, alarm);
      }
      sections.push(
        watched.map(
          ({ description, metric }) => new GraphWidget({ title: `${title}: ${description}`, left: [metric], width: 8 }),
        ),
      );
    }
    this.alarms = alarms;
    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: atStage(`${app.manifest.app}-{stage}`),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms.values()] as IAlarm[], width: 24 })],
        ...sections,
      ],
    });
    addQueries(this, app);
  }
}

/** A metric on the dashboard, and an alarm if it has a threshold. */
interface Watched {
  readonly alarmId: string;
  /** A sentence, for the alarm and the graph. */
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold?: number;
}

interface Section {
  readonly title: string;
  readonly watched: readonly Watched[];
}

function functionsOf(app: TwelveFactorApp, thresholds: AlarmThresholds): Section[] {
  return [...app.functions].map(([component, { function: fn }]) => {
    const id = `${pascalCase(component)}Function`;
    return {
      title: `Function ${component}`,
      watched: [...functionMetrics(id, fn, thresholds), configAge(app, component, id, thresholds)],
    };
  });
}

function functionMetrics(
  id: string,
  fn: LambdaFunction,
  { functionErrors = 1, throttles = 1 }: AlarmThresholds,
): Watched[] {
  return [
    watch(`${id}Errors`, 'invocations fail', fn.metricErrors({ period: PERIOD }), functionErrors),
    watch(`${id}Throttles`, 'invocations are throttled', fn.metricThrottles({ period: PERIOD }), throttles),
    watch(`${id}Duration`, 'duration (p99)', fn.metricDuration({ period: PERIOD, statistic: Stats.p(99) })),
  ];
}

/** Tasks, and what starts them. A run that errored counts once, whatever its legs did. */
function supervisorOf({ manifest, supervisor }: TwelveFactorApp, thresholds: AlarmThresholds): Section[] {
  const own = { app: manifest.app, period: PERIOD };
  const tasks = manifest.components.filter(({ trigger }) => trigger.kind === 'invoke');
  const failures = tasks.map(({ name }) =>
    watch(
      `${pascalCase(name)}TaskFailures`,
      `runs of ${name} fail`,
      ownMetric({ ...own, by: { task: name }, metricName: 'taskFailed', statistic: Stats.SUM }) as IMetric,
      1,
    ),
  );
  if (!supervisor) return failures.length === 0 ? [] : [{ title: 'Tasks', watched: failures }];
  const lost = new Metric({
    namespace: 'AWS/SQS',
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensionsMap: { QueueName: supervisor.deadLetterQueue.attrQueueName },
    statistic: Stats.MAXIMUM,
    period: PERIOD,
  });
  return [
    { title: 'Tasks', watched: failures },
    {
      title: 'Supervisor',
      watched: [
        ...functionMetrics('SupervisorFunction', supervisor.function, thresholds),
        watch('SupervisorDeadLetters', 'events and ticks of schedules are lost', lost as IMetric, 1),
      ],
    },
  ];
}

/** Config that cannot be refreshed is kept: only its age shows it. */
function configAge(
  app: TwelveFactorApp,
  component: string,
  id: string,
  { configAge: age = CdkDuration.hours(1) }: AlarmThresholds,
): Watched {
  const own = { app: app.manifest.app, period: PERIOD };
  const metric = ownMetric({ ...own, by: { component }, metricName: 'configAge', statistic: Stats.MAXIMUM });
  return watch(`${id}ConfigAge`, 'config in use is old (ms)', metric as IMetric, age.toMilliseconds());
}

function serviceOf(app: TwelveFactorApp, thresholds: AlarmThresholds): Section[] {
  const { service } = app.service ?? {};
  if (!app.service || !service) return [];
  const { errorPercent = 1, latency = CdkDuration.seconds(1) } = thresholds;
  const watched: Watched[] = [
    watch('ServiceCpu', 'CPU in use (%)', service.metricCpuUtilization({ period: PERIOD })),
    watch('ServiceMemory', 'memory in use (%)', service.metricMemoryUtilization({ period: PERIOD }), 90),
    configAge(app, 'service', 'Service', thresholds),
  ];
  const front = frontMetrics(app.service, PERIOD);
  if (front) {
    watched.push(
      watch('ServiceErrors', 'requests answered with 5xx (%)', front.errorPercent, errorPercent),
      watch('ServiceLatency', 'response time (p99, s)', front.latency, latency.toSeconds({ integral: false })),
      watch('ServiceUnhealthy', 'tasks are not healthy', front.unhealthy, 1),
    );
  }
  if (front?.alternateUnhealthy) {
    const description = 'tasks of the alternate target group are not healthy';
    watched.push(watch('ServiceAlternateUnhealthy', description, front.alternateUnhealthy, 1));
  }
  return [{ title: 'Service', watched }];
}

/** Queues and tables, told by what CloudFormation makes of them. */
function dataOf(app: TwelveFactorApp, { messageAge = CdkDuration.minutes(5) }: AlarmThresholds): Section[] {
  const consumed = new Set(
    app.manifest.components.flatMap(({ trigger }) => (trigger.kind === 'queue' ? [trigger.resource] : [])),
  );
  const deadLetters = new Set([...consumed].map((key) => `${key}DeadLetter`));
  return [...app.resources].flatMap(([key, resource]): Section[] => {
    if (!CfnResource.isCfnResource(resource)) return [];
    const id = pascalCase(key);
    const queue = (metricName: string) =>
      new Metric({
        namespace: 'AWS/SQS',
        metricName,
        dimensionsMap: { QueueName: Fn.getAtt(resource.logicalId, 'QueueName').toString() },
        statistic: Stats.MAXIMUM,
        period: PERIOD,
      }) as IMetric;
    switch (resource.cfnResourceType) {
      case 'AWS::SQS::Queue': {
        const waiting = queue('ApproximateNumberOfMessagesVisible');
        if (deadLetters.has(key)) {
          return [{ title: `Queue ${key}`, watched: [watch(`${id}Messages`, 'messages failed for good', waiting, 1)] }];
        }
        const age = queue('ApproximateAgeOfOldestMessage');
        return [
          {
            title: `Queue ${key}`,
            watched: [
              watch(`${id}Messages`, 'messages wait', waiting),
              watch(
                `${id}Age`,
                'the oldest message waits (s)',
                age,
                consumed.has(key) ? messageAge.toSeconds() : undefined,
              ),
            ],
          },
        ];
      }
      case 'AWS::DynamoDB::Table': {
        const throttled = (metricName: string) =>
          new Metric({
            namespace: 'AWS/DynamoDB',
            metricName,
            dimensionsMap: { TableName: resource.ref },
            statistic: Stats.SUM,
            period: PERIOD,
          }) as IMetric;
        return [
          {
            title: `Table ${key}`,
            watched: [
              watch(`${id}ReadThrottles`, 'reads are throttled', throttled('ReadThrottleEvents'), 1),
              watch(`${id}WriteThrottles`, 'writes are throttled', throttled('WriteThrottleEvents'), 1),
            ],
          },
        ];
      }
      default:
        return [];
    }
  });
}

function watch(alarmId: string, description: string, metric: IMetric, threshold?: number): Watched {
  return { alarmId, description, metric, ...(threshold !== undefined && { threshold }) };
}

function addQueries(scope: Construct, app: TwelveFactorApp): void {
  const isLogGroup = (child: unknown): child is ILogGroup & Construct =>
    child instanceof Construct && 'logGroupName' in child;
  const groups = Stack.of(app)
    .node.findAll()
    .filter(isLogGroup)
    .map(({ logGroupName }) => logGroupName);
  for (const [name, queryString] of Object.entries(SAVED_QUERIES)) {
    named(
      new CfnQueryDefinition(scope, `${pascalCase(name.replaceAll(' ', '-'))}Query`, {
        name: atStage(`${app.manifest.app}-{stage}/${name}`),
        logGroupNames: groups,
        queryString,
      }),
    );
  }
}
