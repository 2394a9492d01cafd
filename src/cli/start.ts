import { Command } from 'commander'
import { type App, createApp } from '../app.ts'
import { type Config, readConfig, rows } from '../config.ts'
import { type ConfigOption, withApp, withConfig } from './common.ts'
import { sayWhichAreOff } from './connection-desk.ts'
import { openToAnybody, refuseToLeak } from './hardening.ts'
import { say } from './report.ts'
import { untilAskedToStop } from './signals.ts'

/** `usher start`: the server, against a real tenant. */
export const startCommand = (): Command =>
  withConfig(new Command('start'))
    .description('run the server')
    .option('--check', 'read the configuration and the settings, change neither, then exit; also beside a running server')
    .addHelpText('after', `\nThe configuration file is JSON with these fields:\n${manual()}`)
    .action(start)

const start = async (options: ConfigOption & { readonly check?: boolean }): Promise<void> => {
  refuseToLeak()
  const config = readConfig(options.config)
  if (options.check) return check(config, options)
  const app = await createApp(config, { role: 'server' })
  try {
    if (config.settingsFile) for (const change of await app.applyFile(config.settingsFile)) say(`  ${change}`)
    await app.checkInForce()
    await sayWhatIsOpen(app, config)
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

const check = (config: Config, options: ConfigOption): Promise<void> =>
  withApp(options, async (app) => {
    if (config.settingsFile) await app.checkFile(config.settingsFile)
    await app.checkInForce()
    await sayWhatIsOpen(app, config)
    say('✓ the configuration and the settings hold')
  })

const sayWhatIsOpen = async (app: App, config: Config): Promise<void> => {
  for (const file of openToAnybody([config.keyFile, config.tls?.keyFile]))
    say(`⚠ anybody on this machine may read ${file}: chmod 600 ${file}`)
  await sayWhichAreOff(app)
}

const manual = (): string =>
  Object.entries(rows)
    .map(
      ([name, { sentence, otherwise }]) =>
        `  ${name.padEnd(20)} ${sentence}${otherwise === undefined ? '' : ` [${JSON.stringify(otherwise)}]`}`,
    )
    .join('\n')
