type Sqlite = typeof import('node:sqlite');

/**
 * Node's own SQLite. Some supported versions of Node mark it as experimental and print a warning on first use, which would be noise
 * for users.
 * @returns undefined where Node was built without it.
 */
export function loadSqlite(): Sqlite | undefined {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    const isExpected = String(warning).includes('SQLite is an experimental feature');
    if (!isExpected) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof emitWarning;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
