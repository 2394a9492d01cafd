import { Worker } from 'node:worker_threads'

// Loaded before every test file: ends it when it runs for too long, also when it spins and no timer of its own would fire.
const FOUR_MINUTES_MS = 4 * 60_000

const program = `
  const { writeSync } = require('node:fs')
  setTimeout(() => {
    writeSync(2, 'ended after ${FOUR_MINUTES_MS / 60_000} minutes; it was still running\\n')
    process.kill(process.pid, 'SIGKILL')
  }, ${FOUR_MINUTES_MS})`

new Worker(program, { eval: true, execArgv: [], env: {} }).unref()
