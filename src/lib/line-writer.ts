import { write, writeSync } from 'node:fs'

/** The part of a process's end this needs to hear of. */
type Ending = Pick<NodeJS.Process, 'once'>

const PAUSE_MS = 100
/** About as much as a busy server logs in half a minute. */
const UNREAD_CHARACTERS = 8 * 1024 * 1024

/**
 * Writes lines to a file descriptor while nobody waits for them: one write at a time, with all the lines that came
 * meanwhile, and the last ones when the process ends. A reader that has stopped reading costs lines and one that has gone
 * costs all further ones; neither costs a sign-in. Only one that stays and does not read can hold up the end.
 */
export const lineWriter = (descriptor: number, ending: Ending = process): { readonly write: (line: string) => void } => {
  let waiting = ''
  let isWriting = false
  let isGone = false
  const flush = (): void => {
    if (isWriting || isGone || waiting === '') return
    isWriting = true
    send(Buffer.from(waiting))
    waiting = ''
  }
  const send = (rest: Buffer): void =>
    write(descriptor, rest, (error, written) => {
      if (error?.code === 'EAGAIN') return void setTimeout(() => send(rest), PAUSE_MS)
      if (!error && written < rest.length) return send(rest.subarray(written))
      isWriting = false
      isGone = error !== null
      return flush()
    })
  ending.once('exit', () => {
    if (!isGone && waiting !== '') tryLast(descriptor, waiting)
  })
  return {
    write: (line) => {
      if (isGone || waiting.length > UNREAD_CHARACTERS) return
      waiting += line
      flush()
    },
  }
}

const tryLast = (descriptor: number, lines: string): void => {
  try {
    writeSync(descriptor, lines)
  } catch {
    // Nobody reads any more, and nobody is left to be told.
  }
}
