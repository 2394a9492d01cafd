import { Worker } from 'node:worker_threads'
import { isLong } from './seeds.ts'

// Loaded before every test file: ends it when it runs for too long, also when it spins and no timer of its own would fire.
const MINUTES = isLong ? 90 : 4
const LIMIT_MS = MINUTES * 60_000

const program = `
  const { writeSync } = require('node:fs')
  setTimeout(() => {
    writeSync(2, 'ended after ${MINUTES} minutes; it was still running\\n')
    process.kill(process.pid, 'SIGKILL')
  }, ${LIMIT_MS})`

new Worker(program, { eval: true, execArgv: [], env: {} }).unref()
