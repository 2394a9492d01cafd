/** Somebody asleep until a moment of virtual time. */
export interface Sleeper {
  readonly until: number
  /** Who came first wakes first. */
  readonly number: number
  readonly wake: () => void
}

/** All who sleep. */
export interface Dormitory {
  readonly add: (sleeper: Sleeper) => void
  /** Somebody else woke this one; their place is cleared later. */
  readonly leave: (sleeper: Sleeper) => void
  /** Who wakes next, and who then does no longer sleep. */
  readonly next: () => Sleeper | undefined
  readonly take: () => void
}

const isBefore = (left: Sleeper, right: Sleeper): boolean =>
  left.until < right.until || (left.until === right.until && left.number < right.number)

/** A binary heap, since thousands sleep at once. */
const createHeap = () => {
  const heap: Sleeper[] = []
  const at = (index: number): Sleeper => {
    const sleeper = heap[index]
    if (sleeper === undefined) throw new Error('no such sleeper')
    return sleeper
  }
  const swap = (left: number, right: number): void => {
    const kept = at(left)
    heap[left] = at(right)
    heap[right] = kept
  }
  const rise = (index: number): void => {
    const parent = (index - 1) >> 1
    if (index === 0 || !isBefore(at(index), at(parent))) return
    swap(index, parent)
    rise(parent)
  }
  const sink = (index: number): void => {
    const children = [2 * index + 1, 2 * index + 2].filter((child) => child < heap.length)
    const least = children.reduce((best, child) => (isBefore(at(child), at(best)) ? child : best), index)
    if (least === index) return
    swap(index, least)
    sink(least)
  }
  return {
    add: (sleeper: Sleeper): void => {
      heap.push(sleeper)
      rise(heap.length - 1)
    },
    first: (): Sleeper | undefined => heap[0],
    take: (): void => {
      swap(0, heap.length - 1)
      heap.pop()
      if (heap.length > 1) sink(0)
    },
  }
}

export const createDormitory = (): Dormitory => {
  const heap = createHeap()
  const gone = new Set<Sleeper>()
  return {
    add: heap.add,
    leave: (sleeper) => void gone.add(sleeper),
    next: () => {
      for (;;) {
        const sleeper = heap.first()
        if (sleeper === undefined || !gone.delete(sleeper)) return sleeper
        heap.take()
      }
    },
    take: heap.take,
  }
}
