import type { Context, Hono } from 'hono'
import type { World } from '../world.ts'
import type { DirectoryUser } from '../world-state.ts'
import { asFields, asPerson, ControlRefused } from './control-input.ts'

const find = (world: World, name: string): DirectoryUser => {
  const wanted = name.toLowerCase()
  const isWanted = (user: DirectoryUser): boolean => user.id === wanted || user.userPrincipalName.toLowerCase() === wanted
  const user = world.truth.live().find(isWanted)
  if (user === undefined) throw new ControlRefused(404, 'Nobody has this id or user principal name.')
  return user
}

const isoNow = (world: World): string => new Date(world.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')

/** What an administrator does by hand in Entra. It happened long ago: everybody sees it at once. */
export const addPeopleRoutes = (app: Hono, world: World): void => {
  app.get('/users', (c) => c.json({ live: world.truth.live(), deleted: world.truth.deleted() }))

  app.post('/users', async (c) => {
    const user = asPerson(asFields(await c.req.json()), world.random.guid(), isoNow(world))
    return c.json(await world.write(({ saveUser }) => saveUser(user, true)), 201)
  })

  app.patch('/users/:name', async (c) => {
    const user = find(world, c.req.param('name'))
    // An administrator may set anything; the emulator's own tests are its only callers.
    const changed = { ...user, ...asFields(await c.req.json()), id: user.id } as DirectoryUser
    return c.json(await world.write(({ saveUser }) => saveUser(changed, true)))
  })

  app.delete('/users/:name', async (c) => {
    const user = find(world, c.req.param('name'))
    await world.write(({ deleteUser }) => deleteUser(user, true))
    return c.body(null, 204)
  })

  const byForm = (act: (user: DirectoryUser) => Promise<unknown>) => async (c: Context) => {
    await act(find(world, c.req.param('name') ?? ''))
    return c.redirect('/', 303)
  }
  const setEnabled = (accountEnabled: boolean) => (user: DirectoryUser) =>
    world.write(({ saveUser }) => saveUser({ ...user, accountEnabled }, true))
  app.post('/users/:name/disable', byForm(setEnabled(false)))
  app.post('/users/:name/enable', byForm(setEnabled(true)))
  app.post(
    '/users/:name/remove',
    byForm((user) => world.write(({ deleteUser }) => deleteUser(user, true))),
  )
}
