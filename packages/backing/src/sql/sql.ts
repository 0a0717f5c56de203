import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName } from '../definition.ts';
import type { Infrastructure, InfrastructureContext } from '../infrastructure.ts';
import type { ConfigReference, Driver, Kind } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import type { SqlClient } from './port.ts';
import { SQL_BINDING } from './sql-url.ts';

/** A secret of the config with the user and password that rotation functions and RDS write. */
export interface SqlSecret {
  reveal(): { readonly username: string; readonly password: string };
}

export interface SqlOptions {
  /**
   * How to log in: a reference to a secret of the config, or a database user that logs in by IAM
   * (RDS, Aurora, RDS Proxy with or without end-to-end IAM, and always on Aurora DSQL).
   */
  login: ConfigReference<SqlSecret> | { readonly iam: string };
  /** `dsql` is Aurora DSQL. @defaultValue 'postgres' */
  engine?: 'postgres' | 'dsql';
  /**
   * Most connections of a process, 1 to 1,000.
   * @defaultValue as many invocations as the host runs at once
   */
  connections?: number;
  /**
   * For a statement or a transaction when the invocation has no earlier deadline, 10 ms to 1 h; 5
   * minutes at most on Aurora DSQL.
   * @defaultValue '30s'
   */
  timeout?: Duration;
}

/**
 * A login opens all of a database: the rights of its user tell a reader from a writer. Drivers have
 * the actions.
 */
const SQL_ACCESSES = {
  query: { methods: ['query'], actions: [] },
  transaction: { methods: ['transaction'], actions: [] },
  pool: { methods: ['pool'], actions: [] },
} as const;

export interface SqlDefinition extends Definition<SqlClient, typeof SQL_ACCESSES> {
  readonly kind: 'sql';
  /** Follows from `engine` and `login`. */
  readonly driver: 'password' | 'iam' | 'dsql' | 'dsqlAdmin';
  readonly engine: 'postgres' | 'dsql';
  readonly login: ConfigReference<SqlSecret> | { readonly iam: string };
  readonly connections: number | undefined;
  readonly timeoutMs: number;
}

const OPTIONS = ['login', 'engine', 'connections', 'timeout'];
const MIN_TIMEOUT_MS = 10;
const MAX_TIMEOUT_MS = 3_600_000;
/**
 * Aurora DSQL ends transactions after 5 minutes (user guide, "Cluster quotas and database limits").
 */
const MAX_DSQL_TIMEOUT_MS = 300_000;

/**
 * Declares a PostgreSQL database: on RDS, Aurora, behind RDS Proxy, or Aurora DSQL. No I/O happens
 * here.
 *
 * @throws TypeError that names every wrong option.
 * @example
 * ```ts
 * const database = sql('orders', { login: { iam: 'orders_app' } });
 * ```
 */
export function sql(name: string, options: SqlOptions): SqlDefinition {
  assertName('sql', name);
  assertKnownOptions(`define sql '${name}'`, options, OPTIONS);
  const { login, engine = 'postgres', connections, timeout = '30s' } = options;
  const faults: string[] = [];
  if (engine !== 'postgres' && engine !== 'dsql') faults.push("engine must be 'postgres' or 'dsql'");
  if (!isUser(login) && !isReference(login)) {
    faults.push(
      "login must be a reference such as config.key('database.login'), or a user such as { iam: 'orders_app' }",
    );
  }
  if (engine === 'dsql' && isReference(login)) faults.push("Aurora DSQL has no passwords: use login: { iam: 'admin' }");
  if (connections !== undefined && !(Number.isInteger(connections) && connections >= 1 && connections <= 1_000)) {
    faults.push(`connections is ${connections}; use a whole number from 1 to 1000`);
  }
  const timeoutMs = durationMs(timeout);
  const maxMs = engine === 'dsql' ? MAX_DSQL_TIMEOUT_MS : MAX_TIMEOUT_MS;
  if (timeoutMs < MIN_TIMEOUT_MS || timeoutMs > maxMs) {
    faults.push(`timeout is ${timeout}; use '10ms' to '${maxMs / 60_000}m'`);
  }
  if (faults.length > 0) throw new TypeError(`Cannot define sql '${name}': ${faults.join('; ')}`);
  const fields = { name, driver: driverFor(engine, login), engine, login, connections, timeoutMs };
  return makeDefinition(SQL, fields) as SqlDefinition; // its types exist in the compiler only
}

const isUser = (login: unknown): login is { readonly iam: string } =>
  typeof login === 'object' && login !== null && 'iam' in login && /^[^\p{Cc}\p{Cs}]{1,63}$/u.test(String(login.iam));

const isReference = (login: unknown): login is ConfigReference<SqlSecret> =>
  typeof login === 'object' && login !== null && 'path' in login && 'config' in login;

/** The definition's driver. All open the same client; they differ in what the role needs. */
function driverFor(engine: string, login: SqlOptions['login']): SqlDefinition['driver'] {
  if (isReference(login)) return 'password';
  if (engine === 'postgres') return 'iam';
  return login.iam === 'admin' ? 'dsqlAdmin' : 'dsql';
}

const driver = (
  actions: readonly string[],
  infrastructure?: Driver<SqlDefinition>['infrastructure'],
): Driver<SqlDefinition, SqlClient> => ({
  actions,
  binding: SQL_BINDING,
  modules: ['@twelvefold/backing/pg-sql'],
  share: 'process',
  configKeys: ({ login }) => (isReference(login) ? [login] : []),
  ...(infrastructure && { infrastructure }),
  open: async (definition, context) => {
    const { openPgSql } = await import('@twelvefold/backing/pg-sql');
    return openPgSql(definition, context);
  },
});

const SQL: Kind<SqlDefinition, SqlClient, typeof SQL_ACCESSES> = {
  name: 'sql',
  accesses: SQL_ACCESSES,
  // For the ARN of rds-db:connect, which ends in the user's name.
  details: ({ engine, login }) => ({ engine, ...(isUser(login) && { user: login.iam }) }),
  drivers: {
    password: /* @__PURE__ */ driver([]),
    iam: /* @__PURE__ */ driver(['rds-db:connect']),
    dsql: /* @__PURE__ */ driver(['dsql:DbConnect'], dsqlCluster),
    dsqlAdmin: /* @__PURE__ */ driver(['dsql:DbConnectAdmin'], dsqlCluster),
  },
};

/**
 * A cluster in one region, reached without a VPC. RDS and Aurora need one, so the app's stack makes
 * those.
 */
function dsqlCluster(_: SqlDefinition, { logicalId, physicalName }: InfrastructureContext): Infrastructure {
  const id = logicalId('Cluster');
  const properties = { DeletionProtectionEnabled: true, Tags: [{ Key: 'Name', Value: physicalName }] };
  return {
    resources: [{ id, type: 'AWS::DSQL::Cluster', properties, keepsData: true }],
    arns: [{ 'Fn::GetAtt': [id, 'ResourceArn'] }],
    binding: { 'Fn::Sub': `postgres://\${${id}.Identifier}.dsql.\${AWS::Region}.on.aws:5432/postgres` },
  };
}
