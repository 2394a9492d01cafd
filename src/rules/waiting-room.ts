import { createFairShare } from './fair-share.ts'
import { type Run, whoseRun } from './run.ts'

/** Runs that wait for a place: a line for each of those whose they are, and a limit to all together. */
export interface WaitingRoom {
  /** False for a run that is turned away. */
  readonly admit: (run: Run) => boolean
  /** Offers places to the first of each line in turn, until none of them takes one. */
  readonly offer: (takes: (run: Run) => boolean) => void
  /** Takes out those for whom this holds. */
  readonly release: (isOver: (run: Run) => boolean) => readonly Run[]
  readonly isEmpty: () => boolean
}

export const createWaitingRoom = (seats: number): WaitingRoom => {
  const lines = new Map<string, Run[]>()
  const shares = createFairShare(seats)
  const leave = (whose: string, line: readonly Run[]) => {
    shares.giveBack(whose)
    if (line.length === 0) lines.delete(whose)
  }
  return {
    admit: (run) => {
      const whose = whoseRun(run)
      if (!shares.take(whose)) return false
      const line = lines.get(whose)
      if (line) line.push(run)
      else lines.set(whose, [run])
      return true
    },
    offer: (takes) => {
      let isTaken = lines.size > 0
      while (isTaken) {
        isTaken = false
        for (const [whose, line] of lines) {
          const [first] = line
          if (!first || !takes(first)) continue
          isTaken = true
          line.shift()
          leave(whose, line)
        }
      }
    },
    release: (isOver) =>
      [...lines].flatMap(([whose, line]) => {
        const over = line.filter(isOver)
        for (const run of over) {
          line.splice(line.indexOf(run), 1)
          leave(whose, line)
        }
        return over
      }),
    isEmpty: () => lines.size === 0,
  }
}
