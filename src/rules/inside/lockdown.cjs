'use strict'
// Preloaded before anything else in a runner: takes away what Node's permission model leaves open. A rule that gets out of
// its context owns this process; what it finds here must be of no use.
const { builtinModules, syncBuiltinESMExports } = require('node:module')
const v8 = require('node:v8')
const os = require('node:os')
const dns = require('node:dns')

const refusal = (name) => Object.assign(new Error(`${name} is not available to rules`), { code: 'ERR_ACCESS_DENIED' })

const refuse = (owner, label, names) => {
  for (const name of names) {
    if (!(name in owner)) continue
    const refused = () => {
      throw refusal(`${label}.${name}`)
    }
    // Node itself replaces some of them later on; that it may, to no effect.
    Object.defineProperty(owner, name, { get: () => refused, set: () => undefined, configurable: false, enumerable: true })
  }
}

const { reallyExit } = process
/** For the runner's own program alone: ends the process. */
module.exports = { end: () => reallyExit.call(process, 0) }

refuse(process, 'process', [
  'abort',
  'binding',
  'chdir',
  'disconnect',
  'dlopen',
  'execve',
  'exit',
  'initgroups',
  'kill',
  'loadEnvFile',
  'openStdin',
  'reallyExit',
  'setSourceMapsEnabled',
  'setUncaughtExceptionCaptureCallback',
  'setegid',
  'seteuid',
  'setgid',
  'setgroups',
  'setuid',
  'umask',
  '_debugEnd',
  '_debugProcess',
  '_getActiveHandles',
  '_getActiveRequests',
  '_kill',
  '_linkedBinding',
  '_rawDebug',
  '_startProfilerIdleNotifier',
  '_stopProfilerIdleNotifier',
])
refuse(v8, 'v8', [
  'getHeapSnapshot',
  'queryObjects',
  'setFlagsFromString',
  'setHeapSnapshotNearHeapLimit',
  'startCpuProfile',
  'startHeapProfile',
  'stopCoverage',
  'takeCoverage',
  'writeHeapSnapshot',
])
refuse(os, 'os', ['homedir', 'networkInterfaces', 'setPriority', 'userInfo'])
// Packages ask for it while they load, and only to make ids different: Auth0's own client among them.
Object.defineProperty(os, 'hostname', { get: () => () => 'runner', set: () => undefined, configurable: false, enumerable: true })
// Usher looks names up, so that what was checked is what is connected to.
refuse(
  dns,
  'dns',
  Object.keys(dns).filter((name) => /^(lookup|resolve|reverse|setServers)/.test(name)),
)
refuse(
  dns.promises,
  'dns.promises',
  Object.keys(dns.promises).filter((name) => /^(lookup|resolve|reverse|setServers)/.test(name)),
)

for (const name of ['report', 'allowedNodeEnvironmentFlags'])
  Object.defineProperty(process, name, { value: undefined, writable: false, configurable: false })

const withheld = new Set([
  'child_process',
  'cluster',
  'dgram',
  'ffi',
  'inspector',
  'inspector/promises',
  'repl',
  'sea',
  'sqlite',
  'test',
  'test/reporters',
  'trace_events',
  'wasi',
  'worker_threads',
])
const original = process.getBuiltinModule
Object.defineProperty(process, 'getBuiltinModule', {
  value: (name) => {
    const bare = String(name).replace(/^node:/, '')
    return withheld.has(bare) || !builtinModules.some((known) => known.replace(/^node:/, '') === bare) ? undefined : original(bare)
  },
  writable: false,
  configurable: false,
})

// No message names a path or a version that an attacker could use, and no stack is deeper than anybody reads.
Error.stackTraceLimit = 10
syncBuiltinESMExports()
