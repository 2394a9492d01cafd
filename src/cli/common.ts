import type { Command } from 'commander'
import { createApp, type App } from '../app.ts'
import { type Config, readConfig } from '../config.ts'
import { processEnvironment } from '../environment.ts'

const DEFAULT_CONFIG = process.env['USHER_CONFIG'] ?? '/etc/usher/usher.json'

export interface ConfigOption {
  readonly config: string
}

/** Every command that works on an installation is told which one in the same way. */
export const withConfig = (command: Command): Command =>
  command.option('-c, --config <file>', 'the configuration file of the installation', DEFAULT_CONFIG)

/** Opens the installation for one command, beside a server that may be running, and closes it again. */
export const withApp = async <T>(
  options: ConfigOption,
  work: (app: App, config: Config) => Promise<T>,
  role: 'command' | 'upgrade' = 'command',
): Promise<T> => {
  const config = readConfig(options.config)
  // Standard output is for what was asked for.
  const environment = processEnvironment({ logTo: process.stderr })
  const app = await createApp(config, { role, environment })
  try {
    return await work(app, config)
  } finally {
    await app.stop()
  }
}

export type Desk = Awaited<ReturnType<App['desk']>>

/** The same for commands that work on rules or bring things from elsewhere. */
export const withDesk = <T>(options: ConfigOption, work: (desk: Desk, app: App) => Promise<T>): Promise<T> =>
  withApp(options, async (app) => work(await app.desk(), app))
