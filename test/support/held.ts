import type { JumpClock } from './jump-clock.ts'

/** A store whose answers come from outside this thread: no virtual time passes while one of its calls is under way. */
export const held = <Store extends object>(store: Store, clock: JumpClock): Store => {
  const hold = (result: unknown): unknown => (result instanceof Promise ? clock.hold(result) : result)
  return new Proxy(store, {
    get: (whole, name) => {
      const member: unknown = Reflect.get(whole, name)
      return typeof member === 'function' ? (...args: unknown[]) => hold(Reflect.apply(member, whole, args)) : member
    },
  })
}
