import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CommandError } from './report.ts'

/** A line typed at the terminal. Throws where there is none. */
export const askLine = (question: string): Promise<string> => ask(question, process.stderr)

/** The same with nothing shown of what is typed. */
export const askHidden = async (question: string): Promise<string> => {
  process.stderr.write(question)
  const typed = await ask('', new Writable({ write: (_chunk, _encoding, done) => done() }))
  process.stderr.write('\n')
  return typed
}

const ask = async (question: string, output: NodeJS.WritableStream): Promise<string> => {
  if (!process.stdin.isTTY) throw new CommandError('there is no terminal to ask at: give --username and --password-stdin', 2)
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  const stopped = new Promise<never>((_, refuse) => terminal.once('SIGINT', () => refuse(new CommandError('given up', 130))))
  try {
    return await Promise.race([terminal.question(question), stopped])
  } finally {
    terminal.close()
  }
}
