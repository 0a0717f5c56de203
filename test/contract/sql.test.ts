import { withServer } from '../support/with-server.ts';
import { sqlContract } from './sql.ts';
import { openSqlTarget } from './support/sql-target.ts';

withServer('sql', 'postgresql', () => {
  sqlContract(() => openSqlTarget());
});
