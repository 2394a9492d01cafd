import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CommandError } from './report.ts'

/** A line typed at the terminal. Throws where there is none. */
export const askLine = (question: string): Promise<string> => ask(question, process.stderr)

/** The same with nothing shown of what is typed. */
export const askHidden = async (question: string): Promise<string> => {
  const typed = await ask(question, new Writable({ write: (_chunk, _encoding, done) => done() }))
  process.stderr.write('\n')
  return typed
}

const ask = async (question: string, shown: NodeJS.WritableStream): Promise<string> => {
  if (!process.stdin.isTTY) throw new CommandError('there is no terminal to ask at: give --username and --password-stdin', 2)
  // From here on the terminal itself shows nothing of what is typed: only then is somebody asked.
  const terminal = createInterface({ input: process.stdin, output: shown, terminal: true })
  if (shown !== process.stderr) process.stderr.write(question)
  const stopped = new Promise<never>((_, refuse) => terminal.once('SIGINT', () => refuse(new CommandError('given up', 130))))
  try {
    return await Promise.race([terminal.question(shown === process.stderr ? question : ''), stopped])
  } finally {
    terminal.close()
  }
}
