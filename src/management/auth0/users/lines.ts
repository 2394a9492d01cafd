import type { Readable } from 'node:stream'

/** One line of a file, counted from 1. `text` is undefined when it is too long to be one person. */
export interface Line {
  readonly number: number
  readonly text: string | undefined
}

const LONGEST_LINE = 1024 * 1024

/** A file line by line, never more of it in memory than one line. Empty lines are counted and left out. */
export async function* linesOf(stream: Readable): AsyncGenerator<Line> {
  stream.setEncoding('utf8')
  const { take, end } = cutter()
  for await (const chunk of stream) yield* take(String(chunk)).filter(isFilled)
  yield* end().filter(isFilled)
}

const isFilled = ({ text }: Line): boolean => text !== ''

const cutter = () => {
  let rest = ''
  let isTooLong = false
  let number = 0
  const cut = (): Line => {
    number += 1
    const text = isTooLong ? undefined : rest.replace(/^\uFEFF/, '').trim()
    rest = ''
    isTooLong = false
    return { number, text }
  }
  const add = (text: string): void => {
    rest += text
    isTooLong ||= rest.length > LONGEST_LINE
    if (isTooLong) rest = ''
  }
  return {
    take: (chunk: string): readonly Line[] => {
      const [first = '', ...more] = chunk.split('\n')
      add(first)
      return more.map((next) => {
        const line = cut()
        add(next)
        return line
      })
    },
    end: (): readonly Line[] => [cut()],
  }
}
