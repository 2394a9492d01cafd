import type { App } from '../app.ts'
import { type ConfigOption, withApp } from './common.ts'
import { CommandError, say } from './report.ts'

export type ConnectionDesk = Awaited<ReturnType<App['connectionDesk']>>

/** Opens the installation for one command that works on connections. */
export const withConnections = <T>(options: ConfigOption, work: (desk: ConnectionDesk) => Promise<T>): Promise<T> =>
  withApp(options, async (app) => work(await app.connectionDesk()))

export const foundConnection = async (desk: ConnectionDesk, name: string) => {
  const found = await desk.findConnection(name)
  if (!found) throw new CommandError(`no connection ${name}`, 5)
  return found
}

/** Which connections let nobody in although nobody switched them off, and what to do about it. */
export const sayWhichAreOff = async (app: App): Promise<void> => {
  const desk = await app.connectionDesk()
  for (const { name, standing, problem } of await desk.connections()) {
    if (standing === 'untested') say(`⚠ connection ${name} is off until \`usher connections test ${name}\` succeeds`)
    if (standing === 'broken') say(`⚠ connection ${name} is off: ${problem}`)
  }
}
