import { test } from 'node:test'
import { databases } from './databases.ts'
import { type House, type HouseOptions, openHouse } from './house.ts'
import { isLong } from './seeds.ts'
import { createStoryClock, type StoryClock } from './story-clock.ts'
import { assertGraphHeldToItsSchema } from './story-graph.ts'

export interface Told {
  readonly house: House
  readonly clock: StoryClock
  /** A figure for the report of the run. */
  readonly tell: (figure: string) => void
}

interface StoryOptions extends Pick<HouseOptions, 'settings' | 'visibilityDelaysMs' | 'seed' | 'kerberos'> {
  /** The databases it is told on, by name; each when left out. */
  readonly databases?: readonly string[]
}

/** One whole story on each database, in a house of its own; Graph's side of it is held to Microsoft's schema. */
export const story = (name: string, tell: (told: Told) => Promise<void>, { databases: wanted, ...options }: StoryOptions = {}): void => {
  for (const database of databases.filter(({ name: one }) => wanted?.includes(one) ?? true))
    test(`${name} (${database.name})`, { skip: database.skip }, async (t) => {
      const clock = createStoryClock()
      const opened = await database.open()
      const house = await openHouse({ ...options, database: opened.address, clock })
      try {
        await tell({ house, clock, tell: (figure) => t.diagnostic(figure) })
        const checked = assertGraphHeldToItsSchema(house.emulator.journal)
        t.diagnostic(`count ${checked} Graph exchanges held to the schema, 0 skipped`)
        t.diagnostic(`count ${house.linted()} answers linted, 0 findings`)
      } catch (error) {
        for (const line of house.lines.filter((one) => !one.includes('"level":30')).slice(-20)) t.diagnostic(line.trim())
        throw error
      } finally {
        await house.close()
        await opened.close()
        clock.stop()
      }
    })
}

/** A story about rules: what they do is the same on every database, and the long form tells it on all of them. */
export const ruleStory = (name: string, tell: (told: Told) => Promise<void>, options: StoryOptions = {}): void =>
  story(name, tell, isLong ? options : { ...options, databases: ['sqlite'] })
