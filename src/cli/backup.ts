import { existsSync, statSync } from 'node:fs'
import { Command } from 'commander'
import { backUpDatabase } from '../app.ts'
import { readConfig } from '../config.ts'
import { type ConfigOption, withConfig } from './common.ts'
import { CommandError, say } from './report.ts'

const ONE_MEBIBYTE = 1024 * 1024

/** `usher backup`: a copy of the database from which everything can be had again. */
export const backupCommand = (): Command =>
  withConfig(new Command('backup'))
    .description('copy the SQLite database to a new file, also while the server runs')
    .argument('<file>', 'the copy; there must be no such file')
    .addHelpText('after', RESTORING)
    .action((file: string, options: ConfigOption) => backUp(file, options))

const RESTORING = `
A copy of usher.db made otherwise, while the server runs, lacks what was written last, and may lack everything.
The key-encryption key is not in it: keep a copy of that elsewhere.

To restore: stop the server, take usher.db, usher.db-wal and usher.db-shm away, put the copy in the place of usher.db
(mode 600, owned by the server's user), start the server. Tokens for programs that were taken away since are good again, and
people who were blocked since are not: take them away and block them anew.`

const backUp = (file: string, options: ConfigOption): void => {
  const config = readConfig(options.config)
  if (existsSync(file)) throw new CommandError(`there is a file ${file} already`, 6)
  backUpDatabase(config, file)
  say(`✓ the database is in ${file} (${(statSync(file).size / ONE_MEBIBYTE).toFixed(1)} MB)`)
  say(`  The key it needs is not in it: keep a copy of ${config.keyFile} elsewhere`)
}
