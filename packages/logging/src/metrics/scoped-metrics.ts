import { MetricResolution, MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import type {
  Dimensions,
  EmfOutput,
  MetricResolution as Resolution,
  MetricUnit as Unit,
} from '@aws-lambda-powertools/metrics/types';
import type { Scope } from '@twelvefold/lifecycle';
import { currentScope, scopeKey } from '@twelvefold/lifecycle';
import { deferConsole } from '../defer-console.ts';
import type { Redactor } from '../redact/redactor.ts';
import { DEFAULT_LIMITS } from '../serialize/limits.ts';
import { toPlain } from '../serialize/plain.ts';
import type { DimensionBudget } from './dimension-budget.ts';
import type { EmfFrame } from './direct-emf.ts';
import { emfLines, firstEmfObject } from './emf.ts';
import { EMF_LIMITS } from './emf-limits.ts';
import type { MetricSet } from './metric-set.ts';
import { clearMetrics, clearSet, metricSet } from './metric-set.ts';

export interface MetricsSettings {
  namespace: string;
  defaults: Readonly<Record<string, string>>;
  /** Publishes each metric by itself and at once, apart from any scope. */
  single: boolean;
  redactor: Redactor;
  now(): number;
  write(line: string): void;
  flush(): Promise<void>;
  warn(message: string): void;
  budgeted: DimensionBudget;
}

interface ScopeSet {
  set: MetricSet;
  ended: boolean;
}

/**
 * A set that holds so many values is published before its time: a scope or a process that never
 * ends must not grow.
 */
const MOST_VALUES = 10_000;
const MOST_METADATA_CHARACTERS = 64 * 1024;
const UNITS: ReadonlySet<string> = new Set(Object.values(MetricUnit));
const RESOLUTIONS: ReadonlySet<number> = new Set(Object.values(MetricResolution));

/**
 * Powertools Metrics whose metrics and dimensions never mix between invocations, on every host.
 *
 * Inside an invocation scope everything gathers in that scope's own set, which is published when
 * the scope ends; outside of one it gathers in the process's set, published by `flush()`. Made by
 * `createMetrics`.
 */
export class ScopedMetrics extends PowertoolsMetrics {
  readonly #settings: MetricsSettings;
  readonly #slot = scopeKey<ScopeSet>('metrics');
  readonly #unscoped = metricSet();
  /** Sets of scopes that had published when something more was added. */
  readonly #late = new Set<MetricSet>();
  /** Sets of scopes that have not ended. */
  readonly #open = new Set<MetricSet>();
  #defaults: Record<string, string>;
  #throwOnEmpty = false;

  constructor(settings: MetricsSettings) {
    super({ namespace: settings.namespace, serviceName: settings.defaults.service ?? '' });
    this.#settings = settings;
    this.#defaults = { ...settings.defaults };
  }

  /**
   * Adds a value. A metric added again keeps its unit and collects values.
   *
   * @throws RangeError for a value that is not a finite number, an unknown unit or resolution, or a
   * name that is empty or over 255 characters; Error if a dimension or metadata has the name, or
   * the unit differs from before.
   */
  override addMetric(
    name: string,
    unit: Unit,
    value: number,
    resolution: Resolution = MetricResolution.Standard,
  ): this {
    const set = this.#set();
    if (typeof name !== 'string') throw new TypeError(`Cannot add metric ${String(name)}: its name is not a string`);
    if (name === '' || name.length > EMF_LIMITS.nameLength) {
      throw new RangeError(`Cannot add metric '${name}': a name has 1 to ${EMF_LIMITS.nameLength} characters`);
    }
    // JSON has no NaN and no Infinity: CloudWatch would drop the whole object for one of them.
    if (!Number.isFinite(value)) throw new RangeError(`Cannot add metric '${name}': its value is not a finite number`);
    if (!UNITS.has(unit)) {
      throw new RangeError(`Cannot add metric '${name}': unknown unit '${unit}'; known: ${[...UNITS].join(', ')}`);
    }
    if (!RESOLUTIONS.has(resolution)) {
      throw new RangeError(`Cannot add metric '${name}': a resolution is 1 or 60 seconds`);
    }
    let metric = set.metrics.get(name);
    if (!metric) {
      const owner = this.#nameOwner(set, name);
      if (owner)
        throw new Error(`Cannot add metric '${name}': ${owner} has this name, and EMF keeps both in one place`);
      metric = { unit, resolution, values: [] };
      set.metrics.set(name, metric);
    } else if (metric.unit !== unit) {
      throw new Error(`Cannot add metric '${name}' in ${unit}: it was added in ${metric.unit} before`);
    }
    metric.values.push(value);
    set.values += 1;
    if (this.#settings.single) this.publishStoredMetrics();
    else if (set.values >= MOST_VALUES) {
      this.#emit(set);
      clearMetrics(set);
    }
    return this;
  }

  /**
   * Adds a dimension to all metrics published with this set.
   *
   * @throws RangeError over 30 dimensions, default ones included; Error when a metric has this
   * name.
   */
  override addDimension(name: string, value: string): this {
    const set = this.#set();
    const added = this.#checked(set, { [name]: value }, { ...this.#defaultsOf(set), ...set.dimensions });
    Object.assign(set.dimensions, added);
    return this;
  }

  /**
   * Adds a further set of dimensions, under which the metrics are published as well. @throws as
   * `addDimension`
   */
  override addDimensions(dimensions: Dimensions): this {
    const set = this.#set();
    set.dimensionSets.push(this.#checked(set, dimensions, this.#defaultsOf(set)));
    return this;
  }

  /**
   * Adds to the default dimensions; inside a scope, to those of that scope. @throws as
   * `addDimension`
   */
  override setDefaultDimensions(dimensions: Dimensions): this {
    // Powertools' constructor calls this before there are fields; what it says is in the settings.
    if (!(#defaults in this)) return this;
    const set = this.#set();
    const defaults = this.#defaultsOf(set);
    const added = this.#checked(set, dimensions, { ...defaults, ...set.dimensions });
    if (set === this.#unscoped) this.#defaults = { ...defaults, ...added };
    else set.defaults = { ...defaults, ...added };
    return this;
  }

  /**
   * Adds a field that is searchable in the log line and no part of any metric. @throws Error when a
   * metric has this name.
   */
  override addMetadata(key: string, value: string): this {
    const set = this.#set();
    if (key === '_aws' || set.metrics.has(key)) {
      throw new Error(`Cannot add metadata '${key}': a metric has this name, and EMF keeps both in one place`);
    }
    set.metadata[key] = value;
    return this;
  }

  override setTimestamp(timestamp: number | Date): this {
    const ms = Number(timestamp);
    const now = this.#settings.now();
    if (!Number.isInteger(ms) || ms < now - EMF_LIMITS.pastMs || ms > now + EMF_LIMITS.futureMs) {
      this.#settings.warn(
        'CloudWatch will skip these metrics: their timestamp is not within the last 14 days and the next 2 hours',
      );
    }
    this.#set().timestamp = Number.isInteger(ms) ? ms : 0;
    return this;
  }

  override clearDefaultDimensions(): void {
    const set = this.#set();
    if (set === this.#unscoped) this.#defaults = {};
    else set.defaults = {};
  }

  override clearDimensions(): void {
    const set = this.#set();
    set.dimensions = {};
    set.dimensionSets = [];
  }

  override clearMetadata(): void {
    this.#set().metadata = {};
  }

  override clearMetrics(): void {
    clearMetrics(this.#set());
  }

  override hasStoredMetrics(): boolean {
    return this.#set().metrics.size > 0;
  }

  override setThrowOnEmptyMetrics(enabled: boolean): this {
    this.#throwOnEmpty = enabled;
    return this;
  }

  override throwOnEmptyMetrics(): void {
    this.#throwOnEmpty = true;
  }

  /** The object that `publishStoredMetrics` would write first. */
  override serializeMetrics(): EmfOutput {
    const set = this.#set();
    this.#assertMetrics(set);
    return firstEmfObject(set, this.#frame(set));
  }

  /**
   * Publishes the set in force here, now, and empties it. A scope's set needs no call: its end
   * publishes it.
   */
  override publishStoredMetrics(): this {
    const set = this.#set();
    try {
      this.#assertMetrics(set);
      if (set.metrics.size === 0) this.#settings.warn('No metrics to publish');
      this.#emit(set);
    } finally {
      clearSet(set);
    }
    return this;
  }

  /**
   * Publishes what was gathered outside of scopes; resolves when every line has left the process.
   *
   * @param scopes `open` publishes also what scopes that have not ended have gathered so far, under
   * the dimensions that they have now: for an interval, so that work of hours shows, and for a
   * drain, which may abandon it. @defaultValue 'ended'
   */
  async flush(scopes: 'ended' | 'open' = 'ended'): Promise<void> {
    if (scopes === 'open') {
      for (const set of this.#open) {
        this.#emit(set);
        clearMetrics(set);
      }
    }
    for (const set of [this.#unscoped, ...this.#late]) {
      this.#emit(set);
      clearSet(set);
    }
    this.#late.clear();
    await this.#settings.flush();
  }

  /**
   * Metrics of which each is published by itself and at once, under the default dimensions in force
   * here.
   */
  override singleMetric(): ScopedMetrics {
    return new ScopedMetrics({ ...this.#settings, defaults: this.#defaultsOf(this.#set()), single: true });
  }

  #set(): MetricSet {
    const scope = this.#settings.single ? undefined : currentScope();
    if (!scope) return this.#unscoped;
    let held = scope.get(this.#slot);
    if (!held) {
      held = { set: metricSet(), ended: false };
      scope.set(this.#slot, held);
      this.#open.add(held.set);
      this.#publishAtEnd(scope, held);
    } else if (held.ended) {
      // Added by a callback that ends the scope after this one did, or by work that outlives it. It
      // still counts, under its own dimensions: the scope's end publishes it if it is not over yet,
      // flush() otherwise.
      held.ended = false;
      this.#late.add(held.set);
      this.#publishAtEnd(scope, held);
    }
    return held.set;
  }

  #publishAtEnd(scope: Scope, held: ScopeSet): void {
    scope.onEnd(() => {
      held.ended = true;
      this.#emit(held.set);
      clearMetrics(held.set);
      this.#late.delete(held.set);
      this.#open.delete(held.set);
    });
  }

  #defaultsOf(set: MetricSet): Record<string, string> {
    return set.defaults ?? this.#defaults;
  }

  #emit(set: MetricSet): void {
    if (set.metrics.size === 0 || this.isDisabled()) return;
    try {
      for (const line of emfLines(set, this.#frame(set))) this.#settings.write(line);
    } catch {
      // A sink that throws must not fail the work that was measured.
    }
  }

  #frame(set: MetricSet): EmfFrame {
    const { redactor, namespace } = this.#settings;
    const plain = { redactor, limits: DEFAULT_LIMITS, locate: () => '', budget: MOST_METADATA_CHARACTERS };
    return {
      namespace,
      timestamp: set.timestamp ?? this.#settings.now(),
      defaults: this.#defaultsOf(set),
      metadata: Object.keys(set.metadata).length === 0 ? {} : toPlain(set.metadata, plain),
    };
  }

  #assertMetrics(set: MetricSet): void {
    if (this.#throwOnEmpty && set.metrics.size === 0) {
      throw new RangeError('Cannot publish metrics: none were added, and throwOnEmptyMetrics is set');
    }
  }

  #nameOwner(set: MetricSet, name: string): string | undefined {
    if (name === '_aws') return "EMF's own field";
    if (Object.hasOwn(set.metadata, name)) return 'metadata';
    if (Object.hasOwn(this.#defaultsOf(set), name) || Object.hasOwn(set.dimensions, name)) return 'a dimension';
    return set.dimensionSets.some((names) => Object.hasOwn(names, name)) ? 'a dimension' : undefined;
  }

  /** The dimensions of `added` that can be added to `present`, with clean values. */
  #checked(set: MetricSet, added: Dimensions, present: Readonly<Record<string, string>>): Record<string, string> {
    const { warn, redactor, budgeted } = this.#settings;
    const checked: Record<string, string> = {};
    for (const [name, value] of Object.entries(added)) {
      if (typeof value !== 'string' || name.trim() === '' || value.trim() === '') {
        warn(`Dimension '${name}' was not added: its name and value must be strings that are not empty`);
        continue;
      }
      if (name === '_aws' || set.metrics.has(name)) {
        throw new Error(`Cannot add dimension '${name}': a metric has this name, and EMF keeps both in one place`);
      }
      if (name.length > EMF_LIMITS.dimensionNameLength) {
        throw new RangeError(`Cannot add dimension: its name has over ${EMF_LIMITS.dimensionNameLength} characters`);
      }
      if (Object.hasOwn(present, name)) warn(`Dimension '${name}' was there before; its value is replaced`);
      checked[name] = budgeted(name, redactor.text(value).slice(0, EMF_LIMITS.dimensionValueLength));
    }
    if (Object.keys({ ...present, ...checked }).length > EMF_LIMITS.dimensionsPerSet) {
      throw new RangeError(
        `Cannot add dimension '${Object.keys(checked).at(-1)}': a set has at most ${EMF_LIMITS.dimensionsPerSet} dimensions, the default ones included`,
      );
    }
    return checked;
  }
}

deferConsole(ScopedMetrics);
