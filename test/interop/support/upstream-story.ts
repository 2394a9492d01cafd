import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databases } from '../../support/databases.ts'
import { freePort } from '../../support/free-port.ts'
import { type House, openHouse } from '../../support/house.ts'
import { createStoryClock, type StoryClock } from '../../support/story-clock.ts'

/** Where a connection of a story's has its people sent back. */
export const callbackAt = (port: number, name: string): string => `http://usher.localhost:${port}/login/callback/${name}`

/** A connection as its administrator writes it, and whatever listens for it. */
export interface Upstream {
  readonly connections: readonly { readonly name: string }[]
  readonly stop: () => Promise<void>
}

interface Told<Site extends Upstream> {
  readonly house: House
  readonly clock: StoryClock
  readonly site: Site
}

interface UpstreamStory<Site extends Upstream> {
  readonly open: (port: number) => Promise<Site>
  /** Of the relying party besides. */
  readonly relyingParty?: object
}

/** Somebody else's software lives in real time; ours may run ahead of it while it waits. */
const aheadOfTheWall = (): StoryClock => {
  const startedAt = Date.now()
  const story = createStoryClock(startedAt)
  return { ...story, now: () => story.now() + Date.now() - startedAt }
}

/** A whole sign-in that begins at software nobody here wrote; on SQLite, since all that differs is where people come from. */
export const upstreamStory = <Site extends Upstream>(
  name: string,
  { open, relyingParty = {} }: UpstreamStory<Site>,
  tell: (told: Told<Site>) => Promise<void>,
): void => {
  test(name, async () => {
    const [sqlite] = databases
    assert.ok(sqlite)
    const opened = await sqlite.open()
    const clock = aheadOfTheWall()
    const port = await freePort()
    const site = await open(port)
    const names = site.connections.map((one) => one.name)
    const house = await openHouse({
      database: opened.address,
      clock,
      port,
      settings: (demo) => ({
        ...demo,
        connections: [...demo.connections, ...site.connections],
        relyingParties: [{ ...demo.relyingParties[0], ...relyingParty, connections: [...demo.relyingParties[0].connections, ...names] }],
      }),
    })
    try {
      await tell({ house, clock, site })
    } finally {
      await house.close()
      await site.stop()
      await opened.close()
      clock.stop()
    }
  })
}
