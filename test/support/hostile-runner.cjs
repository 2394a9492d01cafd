'use strict'
// A runner somebody has taken over: it says what no runner says. What, is named by the first inner host.
const { readSync, writeSync } = require('node:fs')
const { MOST_FRAME_BYTES, WINDOW_BYTES, frameOf, fromRunner } = require('../../src/rules/inside/frames.cjs')

const PIPE = 3
const [, , , manner] = process.argv

const say = (bytes) => {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(PIPE, bytes, at)
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
    }
  }
}
const frame = (kind, id, payload) =>
  say(frameOf(kind, id, typeof payload === 'object' && !Buffer.isBuffer(payload) ? JSON.stringify(payload) : payload))
const forever = (turn) => {
  for (let count = 1; ; count += 1) turn(count)
}
const length = (bytes) => {
  const header = Buffer.alloc(9)
  header.writeUInt32LE(bytes)
  return header
}
const open = (id, more) => frame(fromRunner.open, id, { run: 1, script: 0, host: 'slow.example', port: 443, ...more })
const passed = (more) => ({ kind: 'passed', user: {}, context: {}, console: [], timings: [], ...more })

const manners = {
  'noise.test': () => say(Buffer.from(Array.from({ length: 4_096 }, (_, at) => (at * 31 + 7) % 256))),
  'huge.test': () => say(length(MOST_FRAME_BYTES + 1)),
  'short.test': () => say(length(3)),
  'unknown-kind.test': () => {
    open(1)
    frame(99, 1)
  },
  'foreign-result.test': () => frame(fromRunner.result, 4_000, passed()),
  'no-json.test': () => frame(fromRunner.result, 1, '{"kind":"passed",'),
  'no-result.test': () => frame(fromRunner.result, 1, passed({ user: 'ann' })),
  'deep.test': () =>
    frame(
      fromRunner.result,
      1,
      `{"kind":"passed","user":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)},"context":{},"console":[],"timings":[]}`,
    ),
  'no-open.test': () => frame(fromRunner.open, 1, '[]'),
  'open-twice.test': () => {
    open(1)
    open(1)
  },
  'past-the-window.test': () => {
    open(1)
    for (let sent = 0; sent <= WINDOW_BYTES; sent += 65_536) frame(fromRunner.data, 1, Buffer.alloc(65_536))
  },
  'credit.test': () => {
    open(1)
    frame(fromRunner.credit, 1, Buffer.from([255, 255, 255, 255]))
  },
  'short-credit.test': () => {
    open(1)
    frame(fromRunner.credit, 1, Buffer.from([1]))
  },
  'no-update.test': () => frame(fromRunner.update, 1, { run: 1, kind: 'root', publicId: 'x', patch: {} }),
  'no-patch.test': () => frame(fromRunner.update, 1, { run: 1, kind: 'app', publicId: 'x', patch: [] }),
  'no-stray.test': () => frame(fromRunner.stray, 1, { script: -1, message: 5 }),
  'flood-of-small.test': () => forever(() => frame(fromRunner.pong, 1)),
  'flood-of-large.test': () => forever(() => frame(fromRunner.pong, 1, Buffer.alloc(MOST_FRAME_BYTES - 5))),
  'flood-of-opens.test': () => forever((id) => open(id)),
  'flood-of-updates.test': () =>
    forever((id) => frame(fromRunner.update, id, { run: 1, kind: 'app', publicId: 'x', patch: { text: 'x'.repeat(10_000) } })),
  'half-a-frame.test': () => {
    say(length(MOST_FRAME_BYTES))
    forever(() => undefined)
  },
  'byte-by-byte.test': () => {
    say(length(MOST_FRAME_BYTES))
    forever(() => say(Buffer.alloc(1)))
  },
  'silence.test': () => forever(() => undefined),
}

if (manner !== 'before-its-time.test') frame(fromRunner.ready, 0)
else frame(fromRunner.result, 1, passed())
// The job has come as soon as there is anything to read; what it says does not matter.
const wait = () => {
  try {
    const bytes = Buffer.alloc(4_096)
    const read = readSync(PIPE, bytes)
    if (read === 0) return
    // The word to warm up is a frame without content, and no job.
    if (read > 9) {
      manners[manner]?.()
      // It stays: that it is gone afterwards is Usher's doing.
      return setInterval(() => undefined, 60_000)
    }
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error
  }
  setTimeout(wait, 2)
}
wait()
