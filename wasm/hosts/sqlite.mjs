// The two methods that the edge module asks of a database, for the SQLite of
// Node, Deno and Bun, which have `exec` and `prepare` in common.

export function connect(database) {
  database.exec("pragma journal_mode = wal");
  // What was acknowledged outlives a power cut, not only this process.
  database.exec("pragma synchronous = full");
  database.exec("pragma busy_timeout = 5000");

  const kept = new Map();
  const prepare = (sql) => {
    if (!kept.has(sql)) kept.set(sql, database.prepare(sql));
    return kept.get(sql);
  };
  const rollBack = () => {
    try {
      database.exec("rollback");
    } catch {
      // SQLite has done it by itself, as it does after some errors.
    }
  };

  return {
    query: (sql, params) => prepare(sql).all(...params),
    transact(statements) {
      database.exec("begin immediate");
      try {
        for (const [sql, params] of statements) prepare(sql).run(...params);
      } catch (error) {
        rollBack();
        throw error;
      }
      try {
        database.exec("commit");
      } catch (error) {
        rollBack();
        // Nobody knows whether it happened, and the module is to say so.
        throw Object.assign(error, { ambiguous: true });
      }
    },
  };
}
