import { parentPort } from 'node:worker_threads'
import bcrypt from 'bcryptjs'
import type { Asked } from './foreign-thread.ts'

// The program of the thread that checks hashes from elsewhere: one question, one answer, and nothing is kept. What throws
// ends it.
parentPort?.on('message', ({ encoded, text }: Asked) => parentPort?.postMessage(bcrypt.compareSync(text, encoded)))
