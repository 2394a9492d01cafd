// @ts-check
'use strict'

/** @param {string} name */
const refused = (name) => () => {
  throw Object.assign(new Error(`process.${name} is not available to rules`), { code: 'ERR_ACCESS_DENIED' })
}

/** `process` as rules see it: what Node it is and the means to wait, nothing of the machine and nothing that ends anything. */
const harmlessProcess = Object.freeze({
  title: 'rules',
  version: process.version,
  versions: process.versions,
  release: process.release,
  platform: process.platform,
  arch: process.arch,
  pid: 1,
  ppid: 0,
  argv: Object.freeze([]),
  execArgv: Object.freeze([]),
  execPath: '',
  env: {},
  cwd: () => '/',
  nextTick: process.nextTick,
  hrtime: process.hrtime,
  uptime: () => process.uptime(),
  memoryUsage: process.memoryUsage,
  cpuUsage: process.cpuUsage,
  emitWarning: () => undefined,
  on: () => harmlessProcess,
  once: () => harmlessProcess,
  off: () => harmlessProcess,
  removeListener: () => harmlessProcess,
  exit: refused('exit'),
  abort: refused('abort'),
  kill: refused('kill'),
  binding: refused('binding'),
})

module.exports = { harmlessProcess }
