import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ClientFor } from '../definition.ts';
import type { ConfigReference } from '../kind.ts';
import { actionsOf, driverOf, kindOf } from '../kind.ts';
import type { SqlClient, SqlResult, SqlTransaction } from './port.ts';
import type { SqlSecret } from './sql.ts';
import { sql } from './sql.ts';
import { readSqlUrl, SQL_BINDING } from './sql-url.ts';

const login: ConfigReference<SqlSecret> = Object.freeze({ path: 'database.login', config: {} });

describe('sql()', () => {
  it('is plain data with defaults', () => {
    expect(JSON.parse(JSON.stringify(sql('orders', { login: { iam: 'app' } })))).toEqual({
      kind: 'sql',
      name: 'orders',
      driver: 'iam',
      engine: 'postgres',
      login: { iam: 'app' },
      timeoutMs: 30_000,
    });
  });

  it('reports every fault at once', () => {
    const options = { login: {}, engine: 'mysql', connections: 0, timeout: '2h' } as never;
    expect(() => sql('orders', options)).toThrow(
      "Cannot define sql 'orders': engine must be 'postgres' or 'dsql'; login must be a reference such as config.key('database.login'), or a user such as { iam: 'orders_app' }; connections is 0; use a whole number from 1 to 1000; timeout is 2h; use '10ms' to '60m'",
    );
    expect(() => sql('orders', { login, engine: 'dsql', timeout: '6m' })).toThrow(
      "Aurora DSQL has no passwords: use login: { iam: 'admin' }; timeout is 6m; use '10ms' to '5m'",
    );
    expect(() => sql('orders', { login, pool: 3 } as never)).toThrow("unknown option 'pool'");
    expect(() => sql('Orders', { login })).toThrow('lower-case words');
  });

  it.each([
    ['password', [], sql('orders', { login })],
    ['iam', ['rds-db:connect'], sql('orders', { login: { iam: 'app' } })],
    ['dsql', ['dsql:DbConnect'], sql('orders', { engine: 'dsql', login: { iam: 'app' } })],
    ['dsqlAdmin', ['dsql:DbConnectAdmin'], sql('orders', { engine: 'dsql', login: { iam: 'admin' } })],
  ] as const)('with the login %s takes the actions %j', (driver, actions, definition) => {
    expect(definition.driver).toBe(driver);
    for (const access of ['query', 'transaction', 'pool']) expect(actionsOf(definition, access)).toEqual(actions);
    expect(driverOf(definition).configKeys?.(definition as never)).toEqual(driver === 'password' ? [login] : []);
    expect(driverOf(definition).share).toBe('process');
  });

  it('has details for the ARN of its user, and CloudFormation for Aurora DSQL only', () => {
    const dsql = sql('orders', { engine: 'dsql', login: { iam: 'app' } });
    expect(kindOf(dsql).details?.(dsql as never)).toEqual({ engine: 'dsql', user: 'app' });
    const context = {
      key: 'orders',
      physicalName: 'shop-{stage}-orders',
      logicalId: (suffix: string) => `Orders${suffix}`,
    };
    expect(driverOf(dsql).infrastructure?.(dsql as never, context as never)).toMatchObject({
      resources: [{ id: 'OrdersCluster', type: 'AWS::DSQL::Cluster', keepsData: true }],
      arns: [{ 'Fn::GetAtt': ['OrdersCluster', 'ResourceArn'] }],
      binding: { 'Fn::Sub': `postgres://\${OrdersCluster.Identifier}.dsql.\${AWS::Region}.on.aws:5432/postgres` },
    });
    expect(driverOf(sql('orders', { login })).infrastructure).toBeUndefined();
  });

  it('types rows by the caller, and the result of a transaction by its work', () => {
    expectTypeOf<ClientFor<ReturnType<typeof sql>, 'query'>>().toEqualTypeOf<Pick<SqlClient, 'query'>>();
    const typed = (client: SqlClient) => ({
      rows: client.query<{ total: number }>('SELECT total FROM orders'),
      done: client.transaction(async ({ attempt }) => attempt),
      // @ts-expect-error a row is an object, not a number
      wrong: () => client.query<number>('SELECT 1'),
    });
    expectTypeOf<ReturnType<typeof typed>['rows']>().resolves.toEqualTypeOf<SqlResult<{ total: number }>>();
    expectTypeOf<ReturnType<typeof typed>['done']>().resolves.toEqualTypeOf<number>();
    expectTypeOf<Parameters<Parameters<SqlClient['transaction']>[0]>>().toEqualTypeOf<[SqlTransaction]>();
    // @ts-expect-error a secret of another shape is not a login
    const refused = () => sql('orders', { login: {} as ConfigReference<{ reveal(): string }> });
    expect(refused).toThrow('login must be');
  });
});

describe('the URL of a database', () => {
  it.each([
    ['postgres://db.internal/orders', { host: 'db.internal', port: 5432, database: 'orders', tls: true }],
    ['postgresql://[::1]:5433/a%20b?sslmode=disable', { host: '::1', port: 5433, database: 'a b', tls: false }],
    ['postgres://localhost/x?sslrootcert=%2Fca.pem', { tls: true, rootCertificates: '/ca.pem' }],
  ])('%s', (url, address) => {
    expect(url).toMatch(SQL_BINDING.pattern);
    expect(readSqlUrl(url)).toMatchObject(address);
  });

  it.each([
    'postgres://app:secret@db.internal/orders',
    'mysql://db.internal/orders',
    'postgres://db.internal',
    'postgres://db.internal/orders#1',
  ])('is not %s', (url) => expect(url).not.toMatch(SQL_BINDING.pattern));

  it('cannot switch TLS off for databases of AWS, and has no other parameters', () => {
    for (const host of [
      'a.b.eu-west-1.rds.amazonaws.com',
      'a.dsql.eu-west-1.on.aws',
      'a.rds.cn-north-1.amazonaws.com.cn',
    ]) {
      expect(() => readSqlUrl(`postgres://${host}/x?sslmode=disable`)).toThrow('in clear text');
    }
    expect(() => readSqlUrl('postgres://h/x?sslmode=require&user=a')).toThrow(
      "unknown user; known: sslmode, sslrootcert; sslmode must be 'verify-full' or 'disable'",
    );
  });
});
