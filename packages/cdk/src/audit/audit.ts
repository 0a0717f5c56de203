import { assertKnownOptions } from '@twelvefold/core/internal';
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { TrailProps } from 'aws-cdk-lib/aws-cloudtrail';
import { Trail } from 'aws-cdk-lib/aws-cloudtrail';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { BucketProps, IBucket } from 'aws-cdk-lib/aws-s3';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** The properties of {@link TwelveFactorAudit}. */
export interface AuditProps {
  /** USD a month for everything with the cost allocation tag. */
  readonly monthlyBudgetUsd: number;
  /** The value of the tag `app` whose cost counts. Activate the tag in the billing console once. */
  readonly app: string;
  /** Gets the warnings at 80 % and 100 % of the budget, and at a forecast of 100 %. */
  readonly topic: ITopic;
  /**
   * How long the trail's files are kept.
   *
   * @defaultValue 400 days, which covers a year's audit
   */
  readonly retention?: Duration;
  /** Properties of CDK's trail, over those of this construct. */
  readonly trailProps?: Partial<TrailProps>;
  /** Properties of CDK's bucket, over those of this construct, e.g. `serverAccessLogsBucket`. */
  readonly bucketProps?: Partial<BucketProps>;
}

/**
 * Audit and cost control of an account: a CloudTrail trail of all regions with validated, encrypted
 * files, and a budget that warns before it is spent.
 *
 * One to an account: a second trail of management events costs money.
 *
 * @throws TypeError for an unknown option or a budget that is not above 0.
 * @example
 * ```ts
 * const { topic } = new TwelveFactorMonitoring(stack, 'Monitoring', { app });
 * new TwelveFactorAudit(auditStack, 'Audit', { app: 'orders', monthlyBudgetUsd: 200, topic });
 * ```
 */
export class TwelveFactorAudit extends Construct {
  readonly trail: Trail;
  readonly bucket: Bucket;
  readonly key: Key;

  constructor(scope: Construct, id: string, props: AuditProps) {
    super(scope, id);
    assertKnownOptions('use TwelveFactorAudit', props, [
      'monthlyBudgetUsd',
      'app',
      'topic',
      'retention',
      'trailProps',
      'bucketProps',
    ]);
    const { monthlyBudgetUsd, app, topic, retention = Duration.days(400) } = props;
    if (!(Number.isFinite(monthlyBudgetUsd) && monthlyBudgetUsd > 0)) {
      throw new TypeError(`Cannot use TwelveFactorAudit: monthlyBudgetUsd is ${monthlyBudgetUsd}; it must be above 0`);
    }
    this.key = new Key(this, 'Key', { description: 'Encrypts the audit trail', enableKeyRotation: true });
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key as IKey,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ expiration: retention, noncurrentVersionExpiration: Duration.days(30) }],
      ...props.bucketProps,
    });
    const logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.THREE_MONTHS });
    this.trail = new Trail(this, 'Trail', {
      bucket: this.bucket as IBucket,
      encryptionKey: this.key as IKey,
      enableFileValidation: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      sendToCloudWatchLogs: true,
      cloudWatchLogGroup: logGroup as ILogGroup,
      ...props.trailProps,
    });
    const subscribers = [{ subscriptionType: 'SNS', address: topic.topicArn }];
    const warning = (notificationType: string, threshold: number) => ({
      notification: { notificationType, threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
      subscribers,
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: `${app}-${Aws.REGION}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: monthlyBudgetUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:app$${app}`] },
      },
      notificationsWithSubscribers: [warning('ACTUAL', 80), warning('ACTUAL', 100), warning('FORECASTED', 100)],
    });
  }
}
