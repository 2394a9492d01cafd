import { Command } from 'commander'
import { type ConfigOption, withApp, withConfig } from './common.ts'
import { sayWhichAreOff } from './connection-desk.ts'
import { say } from './report.ts'

/** `usher apply`: makes the settings be what a file declares. */
export const applyCommand = (): Command =>
  withConfig(new Command('apply'))
    .description('make relying parties, connections and targets be what a file declares')
    .argument('<file>', 'the settings file (JSON)')
    .addHelpText('after', '\nSecrets stand as {"secretFile": "path"} or {"secretEnv": "NAME"}. What the file does not name stays as it is.')
    .action((file: string, options: ConfigOption) =>
      withApp(options, async (app) => {
        const changes = await app.applyFile(file)
        for (const change of changes) say(`  ${change}`)
        for (const note of await app.settingsNotes()) say(`  · ${note}`)
        say(changes.length === 0 ? '✓ nothing to change' : `✓ ${changes.length} changed`)
        await sayWhichAreOff(app)
      }),
    )
