/** Until when Graph asked to be left alone (`Retry-After`), in milliseconds since the epoch. */
export interface Gate {
  readonly shutUntil: () => number
  readonly shut: (until: number) => void
}

/** A gate that is also shut while the one before it is; what shuts it shuts no other. */
export const gate = (before?: Gate): Gate => {
  let until = 0
  return {
    shutUntil: () => Math.max(until, before?.shutUntil() ?? 0),
    shut: (moment) => {
      until = Math.max(until, moment)
    },
  }
}
