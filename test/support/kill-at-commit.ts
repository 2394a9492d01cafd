// `node --import …/kill-at-commit.ts PROGRAM` with USHER_TEST_COMMIT set to `before N`, `after N` or `fail N`: at the N-th
// COMMIT of this process to SQLite, from 1, the process dies by SIGKILL just before or just after it, or the COMMIT fails
// as it does when the disk does. The program itself knows nothing of it.
import { DatabaseSync, type StatementResultingChanges } from 'node:sqlite'

const IO_FSYNC_FAILED = 10 | (4 << 8)

const [what, number] = (process.env['USHER_TEST_COMMIT'] ?? '').split(' ')
const { prepare } = DatabaseSync.prototype
let count = 0

const die = (): void => {
  process.kill(process.pid, 'SIGKILL')
  // Not one statement more, however late the signal is.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

const counted = (commit: () => StatementResultingChanges) => (): StatementResultingChanges => {
  count += 1
  const isNow = count === Number(number)
  if (isNow && what === 'before') die()
  if (isNow && what === 'fail') throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: IO_FSYNC_FAILED })
  const result = commit()
  if (isNow && what === 'after') die()
  return result
}

DatabaseSync.prototype.prepare = function (sql, ...options) {
  const statement = prepare.call(this, sql, ...options)
  if (sql === 'commit') statement.run = counted(statement.run.bind(statement))
  return statement
}
