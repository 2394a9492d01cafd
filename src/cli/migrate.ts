import { Command } from 'commander'
import { type ConfigOption, withApp, withConfig } from './common.ts'
import { say } from './report.ts'

/** `usher migrate`: brings the database to this program's version. Every start does it too. */
export const migrateCommand = (): Command =>
  withConfig(new Command('migrate'))
    .description('bring the database to the version of this program')
    .action((options: ConfigOption) => withApp(options, async () => say('✓ the database is up to date'), 'upgrade'))
