import { Command } from 'commander'
import { createApp } from '../app.ts'
import { readConfig, rows } from '../config.ts'
import { type ConfigOption, withConfig } from './common.ts'
import { sayWhichAreOff } from './connection-desk.ts'
import { openToAnybody, refuseToLeak } from './hardening.ts'
import { say } from './report.ts'
import { untilAskedToStop } from './signals.ts'

/** `usher start`: the server, against a real tenant. */
export const startCommand = (): Command =>
  withConfig(new Command('start'))
    .description('run the server')
    .option('--check', 'read the configuration and the settings, then exit')
    .addHelpText('after', `\nThe configuration file is JSON with these fields:\n${manual()}`)
    .action(start)

const start = async (options: ConfigOption & { readonly check?: boolean }): Promise<void> => {
  refuseToLeak()
  const config = readConfig(options.config)
  const app = await createApp(config, { role: 'server' })
  try {
    if (config.settingsFile) for (const change of await app.applyFile(config.settingsFile)) say(`  ${change}`)
    for (const file of openToAnybody([config.keyFile, config.tls?.keyFile]))
      say(`⚠ anybody on this machine may read ${file}: chmod 600 ${file}`)
    await sayWhichAreOff(app)
    if (options.check) return say('✓ the configuration and the settings hold')
    const address = await app.listen()
    const asked = untilAskedToStop()
    const jail = app.ruleJail()
    if (jail) say(jail === 'none' ? '⚠ rules run without a jail, as the configuration says' : `  rules run in a jail: ${jail}`)
    say(`✓ Usher answers for ${config.publicUrl.origin} on ${address}`)
    await asked
    say('Stopping: no new sign-ins, those under way are finished …')
  } finally {
    await app.stop()
  }
}

const manual = (): string =>
  Object.entries(rows)
    .map(
      ([name, { sentence, otherwise }]) =>
        `  ${name.padEnd(20)} ${sentence}${otherwise === undefined ? '' : ` [${JSON.stringify(otherwise)}]`}`,
    )
    .join('\n')
