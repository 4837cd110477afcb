// Which statements of SQL fail while a fault of the database lasts. Names no
// host, so that it runs in all of them.

/** Throws if this statement fails. */
export const admit = (fault, sql) => {
  const change = /^(insert|delete)/.test(sql);
  const fails = fault === "database" || (fault === "change" && change) || (fault === "no commit" && sql === "commit");
  if (fails) throw new Error("told to fail");
};
