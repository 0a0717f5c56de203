import type { LogItem } from '@aws-lambda-powertools/logger';
import { LogLevelThreshold, Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import type { ConstructorOptions, LogAttributes, LogLevel } from '@aws-lambda-powertools/logger/types';
import type { Scope } from '@twelvefold/lifecycle';
import { currentScope, scopeKey } from '@twelvefold/lifecycle';
import { deferConsole } from '../defer-console.ts';
import type { Redactor } from '../redact/redactor.ts';
import { toLine } from '../serialize/to-line.ts';
import { childSettings } from './child-settings.ts';
import type { ConstantFields, DirectLine } from './direct-line.ts';
import { directLine } from './direct-line.ts';
import type { Entry } from './entry.ts';
import { entryLine, toLogItem } from './entry.ts';
import { addInput, copyFields } from './input.ts';
import type { KeyLayer } from './key-layer.ts';
import { addKeys, copyShown, hideKeys, keyLayer, mergeFields, mergeLayer } from './key-layer.ts';
import { levelName, thresholdOf } from './level.ts';
import type { CachedFields, ScopeState } from './scope-state.ts';
import { hold, scopeState, traceIdOf } from './scope-state.ts';
import type { LoggerSettings } from './settings.ts';

/** Powertools' own words. */
const EVICTED =
  'Some logs are not displayed because they were evicted from the buffer. Increase buffer size to store more logs in the buffer';

type Keys = Parameters<PowertoolsLogger['appendKeys']>[0];

/**
 * A Powertools Logger whose state is safe when invocations overlap, on every host.
 *
 * Powertools keeps keys, level and Lambda context in the instance, or in Lambda's invoke store
 * where the platform brings one. Here they live in the invocation scope: values set inside a scope
 * show in that scope only, values set outside show in every line. Made by `createLogger`.
 */
export class ScopedLogger extends PowertoolsLogger {
  /** Values added here vanish from every later line of this logger and its children. */
  readonly redactor: Redactor;
  readonly #settings: LoggerSettings;
  readonly #direct: DirectLine | undefined;
  readonly #slot = scopeKey<ScopeState>('logger');
  readonly #keys = keyLayer();
  /** The common text of lines outside of scopes, while the logger's own keys stay as they are. */
  #cached: CachedFields | undefined;
  /** The part of the logger's own keys. */
  #unscoped: Pick<CachedFields, 'fields' | 'keysVersion'> | undefined;
  #keysVersion = 0;
  #threshold: number;
  /** The lowest level that anything here could print: below it a call ends at once. */
  #floor: number;

  constructor(settings: LoggerSettings, persistent: Readonly<Record<string, unknown>> = {}) {
    // Only what the inherited methods still read. Persistent keys, level and sampling would be set
    // through methods that are overridden below, before their fields exist; a sample rate of 0
    // keeps Powertools from rolling its own dice.
    super({
      serviceName: settings.service,
      sampleRateValue: 0,
      ...(settings.search && { correlationIdSearchFn: settings.search }),
    });
    this.#settings = settings;
    this.#direct = directLine(settings);
    this.redactor = settings.redactor;
    this.#threshold = settings.threshold;
    this.#floor = Math.min(
      settings.threshold,
      settings.sampleRate > 0 && !settings.pinned ? LogLevelThreshold.DEBUG : settings.threshold,
      settings.buffer ? LogLevelThreshold.TRACE : settings.threshold,
    );
    copyFields(this.#keys.persistent, persistent, (key) => this.#warnReserved(key));
  }

  /** The level in force here, as a number. */
  override get level(): number {
    return this.#stateHere()?.threshold ?? this.#threshold;
  }

  override getLevelName(): Uppercase<LogLevel> {
    return levelName(this.level) as Uppercase<LogLevel>; // `level` only ever holds thresholds of Powertools' levels.
  }

  /**
   * Inside a scope: for that scope. Without effect where Lambda's own log controls set the level.
   *
   * @throws Error when there is no such level.
   */
  override setLogLevel(logLevel: LogLevel): void {
    const threshold = thresholdOf(logLevel);
    if (threshold === undefined) throw new Error(`Invalid log level: ${logLevel}`); // Powertools' own message.
    if (this.#settings.pinned) return;
    const state = this.#stateHere();
    if (state) state.threshold = threshold;
    else this.#threshold = threshold;
    this.#floor = Math.min(this.#floor, threshold);
  }

  override appendKeys(attributes: Keys): void {
    this.#append('temporary', attributes);
  }

  /** Like `appendKeys`, but kept by `resetKeys`. Inside a scope it is still that scope's alone. */
  override appendPersistentKeys(attributes: Keys): void {
    this.#append('persistent', attributes);
  }

  override addPersistentLogAttributes(attributes: Keys): void {
    this.#append('persistent', attributes);
  }

  override setPersistentLogAttributes(attributes: Keys): void {
    const layer = this.#changedLayer();
    hideKeys(layer, 'persistent', Object.keys({ ...this.#keys.persistent, ...layer.persistent }));
    this.#append('persistent', attributes);
  }

  override removeKeys(keys: string[]): void {
    hideKeys(this.#changedLayer(), 'temporary', keys);
  }

  override removePersistentKeys(keys: string[]): void {
    hideKeys(this.#changedLayer(), 'persistent', keys);
  }

  override removePersistentLogAttributes(keys: string[]): void {
    this.removePersistentKeys(keys);
  }

  /** Removes what `appendKeys` added here. Inside a scope the logger's own keys stay. */
  override resetKeys(): void {
    this.#changedLayer().temporary = {};
  }

  override getPersistentLogAttributes(): LogAttributes {
    const shown: Record<string, unknown> = {};
    const layer = this.#stateHere()?.layer;
    copyShown(shown, this.#keys.persistent, layer?.hiddenPersistent);
    if (layer) copyShown(shown, layer.persistent, undefined);
    return shown;
  }

  override get persistentLogAttributes(): Keys {
    return this.getPersistentLogAttributes() as Keys; // Reserved keys never get into a layer.
  }

  override addContext(context: Parameters<PowertoolsLogger['addContext']>[0]): void {
    const { functionName, functionVersion, memoryLimitInMB, invokedFunctionArn, awsRequestId, tenantId } = context;
    this.#changedLayer().context = {
      coldStart: this.getColdStart(),
      functionName,
      functionVersion,
      memoryLimitInMB,
      invokedFunctionArn,
      awsRequestId,
      tenantId,
    };
  }

  override getCorrelationId(): unknown {
    const scope = currentScope();
    return (
      (scope && this.#state(scope).layer.temporary.correlation_id) ??
      this.#keys.temporary.correlation_id ??
      scope?.correlationId
    );
  }

  /**
   * Powertools rolls dice here per invocation; this class decides by the correlation id. Call it as
   * a scope begins: messages before the first line carry the decision, and slowness counts from it.
   */
  override refreshSampleRateCalculation(): void {
    if (this.#settings.sampleRate > 0 || this.#settings.buffer) this.#stateHere();
  }

  /** A logger with this one's settings and keys; what is set on either later is its own. */
  override createChild(options: ConstructorOptions = {}): ScopedLogger {
    const child = this.createLogger({ logLevel: this.getLevelName(), ...options });
    mergeLayer(child.#keys, this.#keys);
    const persistent = options.persistentKeys ?? options.persistentLogAttributes ?? {};
    copyFields(child.#keys.persistent, persistent, (key) => this.#warnReserved(key));
    const scope = currentScope();
    const state = scope?.get(this.#slot);
    if (scope && state && !state.isBare) {
      const childState = child.#state(scope);
      childState.isBare = false;
      mergeLayer(childState.layer, state.layer);
    }
    return child;
  }

  protected override createLogger(options: ConstructorOptions = {}): ScopedLogger {
    return new ScopedLogger(childSettings(this.#settings, options));
  }

  /** Writes what this scope has held back. */
  override flushBuffer(): void {
    const state = this.#stateHere();
    if (!state || (state.buffered.length === 0 && state.evicted === 0)) return;
    const { buffered, evicted } = state;
    this.clearBuffer();
    for (const { line, level } of buffered) this.#write(line, level);
    if (evicted > 0)
      this.#write(
        entryLine(this.#settings, this.#direct, this.#entryHere(LogLevelThreshold.WARN, EVICTED, [{ evicted }])),
        'WARN',
      );
  }

  override clearBuffer(): void {
    const state = this.#stateHere();
    if (!state) return;
    state.buffered = [];
    state.bufferedBytes = 0;
    state.evicted = 0;
  }

  /** True once the current scope has logged at ERROR or above. */
  get loggedError(): boolean {
    return currentScope()?.get(this.#slot)?.loggedError === true;
  }

  /** Resolves when every line so far has left the process. */
  flush(): Promise<void> {
    return this.#settings.flush();
  }

  protected override processLogItem(threshold: number, input: unknown, extra: readonly unknown[]): void {
    if (threshold < this.#floor) return;
    const scope = currentScope();
    const { buffer, pinned, sampleRate } = this.#settings;
    const isStateless = buffer === undefined && (pinned || sampleRate === 0) && threshold < LogLevelThreshold.ERROR;
    // Most scopes set nothing and log one line: their state would cost more than the line.
    if (scope && isStateless && !scope.get(this.#slot)) {
      if (threshold < this.#threshold) return;
      const level = levelName(threshold);
      const line = this.#plainLine(level, input, extra, scope);
      if (line !== undefined) {
        this.#write(line, level);
        return;
      }
    }
    const state = scope && this.#state(scope);
    if (state && threshold >= LogLevelThreshold.ERROR) state.loggedError = true;
    const holds = buffer !== undefined && state !== undefined && !state.sampled && threshold <= buffer.threshold;
    if (!holds && threshold < (state?.threshold ?? this.#threshold)) return;
    if (buffer?.flushOnError && threshold >= LogLevelThreshold.ERROR) this.flushBuffer();
    const level = levelName(threshold);
    const line =
      this.#plainLine(level, input, extra, scope, state) ??
      entryLine(this.#settings, this.#direct, this.#entry(scope, state, level, input, extra));
    if (holds) {
      hold(state, line, level, buffer.maxBytes);
      this.#watch(state);
    } else this.#write(line, level);
  }

  /** Makes the scope's end write held-back lines if its work failed, logged or not, or was slow. */
  #watch(state: ScopeState): void {
    if (state.watched) return;
    state.watched = true;
    const scope = currentScope();
    scope?.onEnd(() => {
      const { buffer, now } = this.#settings;
      if (!buffer) return;
      if ((buffer.flushOnError && scope.failed) || now() - state.sinceMs >= buffer.slowMs) this.flushBuffer();
    });
  }

  protected override createAndPopulateLogItem(threshold: number, input: unknown, extra: readonly unknown[]): LogItem {
    return toLogItem(this.#settings, this.#entryHere(threshold, input, extra));
  }

  protected override printLog(threshold: number, log: LogItem): void {
    log.prepareForPrint();
    this.#write(toLine(log.getAttributes(), this.#settings, this.#settings.render), levelName(threshold));
  }

  protected override shouldBufferLog(): boolean {
    return false; // Powertools' own buffer needs an X-Ray trace id; ours hangs on the scope.
  }

  /** The line of a text with at most one object, `undefined` when it takes an entry. */
  #plainLine(level: string, input: unknown, extra: readonly unknown[], scope?: Scope, state?: ScopeState) {
    const direct = this.#direct;
    if (direct === undefined || typeof input !== 'string' || input === '' || extra.length > 1) return undefined;
    const [fields] = extra;
    if (fields !== undefined && (typeof fields !== 'object' || fields === null)) return undefined;
    try {
      if (fields instanceof Error) return undefined;
      const constant = scope && !state ? this.#fieldsOfBareScope(direct, scope) : this.#constant(direct, scope, state);
      return constant && direct.call(level, input, this.#settings.now(), constant, fields);
    } catch {
      return undefined; // A getter or a proxy threw: the careful way says where.
    }
  }

  #constant(direct: DirectLine, scope: Scope | undefined, state: ScopeState | undefined): ConstantFields | undefined {
    const traceId = state ? state.traceId : this.#settings.platformTrace();
    const known = state ? state.cached : this.#cached;
    if (known?.keysVersion === this.#keysVersion && known.traceId === traceId) return known.fields;
    const fields =
      (scope && state?.isBare ? this.#fieldsOfBareScope(direct, scope) : undefined) ??
      this.#allFields(direct, scope, state, traceId);
    const cached = { fields, keysVersion: this.#keysVersion, traceId };
    if (state) state.cached = cached;
    else this.#cached = cached;
    return fields;
  }

  /** The part of a scope in which nothing was set: most scopes log one line. */
  #fieldsOfBareScope(direct: DirectLine, scope: Scope): ConstantFields | undefined {
    const keysVersion = this.#keysVersion;
    if (this.#unscoped?.keysVersion !== keysVersion)
      this.#unscoped = { fields: this.#allFields(direct, undefined, undefined, undefined), keysVersion };
    const { fields } = this.#unscoped;
    return fields && traceIdOf(scope, this.#settings) === undefined ? direct.within(fields, scope) : undefined;
  }

  #allFields(
    direct: DirectLine,
    scope: Scope | undefined,
    state: ScopeState | undefined,
    traceId: string | undefined,
  ): ConstantFields | undefined {
    const additional: Record<string, unknown> = {};
    addKeys(additional, this.#keys, scope, state?.layer);
    return direct.constant({ context: state?.layer.context ?? this.#keys.context, traceId, additional });
  }

  #entryHere(threshold: number, input: unknown, extra: readonly unknown[]): Entry {
    const scope = currentScope();
    return this.#entry(scope, scope && this.#state(scope), levelName(threshold), input, extra);
  }

  #entry(
    scope: Scope | undefined,
    state: ScopeState | undefined,
    level: string,
    input: unknown,
    extra: readonly unknown[],
  ): Entry {
    const additional: Record<string, unknown> = {};
    addKeys(additional, this.#keys, scope, state?.layer);
    const message = addInput(additional, input, extra, (key) => this.#warnReserved(key));
    return {
      level,
      message,
      atMs: this.#settings.now(),
      context: state?.layer.context ?? this.#keys.context,
      traceId: state ? state.traceId : this.#settings.platformTrace(),
      additional,
    };
  }

  #write(line: string, level: string): void {
    try {
      this.#settings.write(line, level);
    } catch {
      // This failure cannot be logged. The work that logs must not fail because its log does.
    }
  }

  #append(kind: 'persistent' | 'temporary', attributes: Record<string, unknown>): void {
    const allowed: Record<string, unknown> = {};
    copyFields(allowed, attributes, (key) => this.#warnReserved(key));
    mergeFields(this.#changedLayer()[kind], allowed);
  }

  #warnReserved(key: string): void {
    this.warn(`The key "${key}" is a reserved key and will be dropped.`);
  }

  #stateHere(): ScopeState | undefined {
    const scope = currentScope();
    return scope && this.#state(scope);
  }

  #state(scope: Scope): ScopeState {
    let state = scope.get(this.#slot);
    if (!state) {
      state = scopeState(scope, this.#settings);
      scope.set(this.#slot, state);
    }
    return state;
  }

  /** The keys set here, about to be changed. */
  #changedLayer(): KeyLayer {
    const state = this.#stateHere();
    if (state) {
      state.cached = undefined;
      state.isBare = false;
      return state.layer;
    }
    this.#keysVersion += 1;
    return this.#keys;
  }
}

deferConsole(ScopedLogger);
