import type { ScenarioName } from '../scenarios.ts'
import type { World } from '../world.ts'
import type { DirectoryUser } from '../world-state.ts'

/** Turns a scenario on or off, and does at once what an administrator would have done. */
export type SwitchScenario = (name: ScenarioName, on: boolean, options?: Readonly<Record<string, unknown>>) => Promise<void>

const isMadeByApp = (user: DirectoryUser): boolean => user.madeBy !== 'administrator'

export const createScenarioSwitch = (world: World): SwitchScenario => {
  let removed: readonly string[] = []
  let disabled: readonly string[] = []

  const removeAll = () =>
    world.write(({ deleteUser }) => {
      const people = world.truth.live().filter(isMadeByApp)
      for (const user of people) deleteUser(user, true)
      removed = people.map(({ id }) => id)
    })
  const restoreAll = () =>
    world.write(({ restoreUser }) => {
      for (const user of world.truth.deleted().filter(({ id }) => removed.includes(id))) restoreUser(user)
      removed = []
    })
  const disableAll = () =>
    world.write(({ saveUser }) => {
      const people = world.truth.live().filter((user) => isMadeByApp(user) && user.accountEnabled)
      for (const user of people) saveUser({ ...user, accountEnabled: false }, true)
      disabled = people.map(({ id }) => id)
    })
  const enableAll = () =>
    world.write(({ saveUser }) => {
      for (const user of world.truth.live().filter(({ id }) => disabled.includes(id))) {
        saveUser({ ...user, accountEnabled: true }, true)
      }
      disabled = []
    })

  return async (name, on, options) => {
    world.scenarios.set(name, on, options)
    if (name === 'removedInEntra') await (on ? removeAll() : restoreAll())
    if (name === 'disabledInEntra') await (on ? disableAll() : enableAll())
  }
}
