/** Does one thing at a time, in the order in which they came. */
export type Lane = <Result>(work: () => Promise<Result>) => Promise<Result>

export const createLane = (): Lane => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
}
