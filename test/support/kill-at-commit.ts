// `node --import …/kill-at-commit.ts PROGRAM` with USHER_TEST_COMMIT set to `before N`, `after N` or `fail N`: at the N-th
// COMMIT of this process to SQLite, from 1, the process dies by SIGKILL just before or just after it, or the COMMIT fails
// as it does when the disk does. The program itself knows nothing of it.
import { DatabaseSync } from 'node:sqlite'

const IO_FSYNC_FAILED = 10 | (4 << 8)

const [what, number] = (process.env['USHER_TEST_COMMIT'] ?? '').split(' ')
const commit = DatabaseSync.prototype.exec
let count = 0

const die = (): void => {
  process.kill(process.pid, 'SIGKILL')
  // Not one statement more, however late the signal is.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

DatabaseSync.prototype.exec = function (sql) {
  if (sql !== 'commit') return commit.call(this, sql)
  count += 1
  const isNow = count === Number(number)
  if (isNow && what === 'before') die()
  if (isNow && what === 'fail') throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: IO_FSYNC_FAILED })
  commit.call(this, sql)
  if (isNow && what === 'after') die()
}
