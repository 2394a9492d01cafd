// Runs on whatever Node is outside (18 or newer) with nothing installed, so: CommonJS and built-ins only.
// `node bin/run.cjs ARGS…` installs what the lock file asks for, then runs ARGS on the pinned Node.
const { spawn, spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const { existsSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const modules = join(root, 'node_modules')
const windows = process.platform === 'win32'

const stamp = join(modules, '.usher-installed')
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted

// Whoever wrote this file is no more; one that has only just made it has not written anything yet.
function isLeftBehind(turn) {
  try {
    const pid = Number(readFileSync(turn, 'utf8'))
    return pid > 0 && !process.kill(pid, 0)
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

// Two that install into one folder at once leave neither with anything: the second waits, and finds it done.
function alone(work) {
  const turn = join(root, '.installing')
  for (;;) {
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (isLeftBehind(turn)) rmSync(turn, { force: true })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
  process.on('exit', () => rmSync(turn, { force: true }))
  work()
  rmSync(turn, { force: true })
}

function install() {
  if (isInstalled()) return
  console.error('Installing the packages of package-lock.json and the pinned Node (once, about half a minute) …')
  const npm = process.env.npm_execpath
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }
  // Optional packages carry the pinned Node and the native parts; a machine that omits them by default cannot start.
  const ci = ['ci', '--include=optional', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const ran = npm ? spawnSync(process.execPath, [npm, ...ci], options) : spawnSync('npm', ci, { ...options, shell: windows })
  if (ran.status !== 0) {
    console.error('The packages could not be installed; npm says why above. Nothing was started.')
    process.exit(ran.status || 1)
  }
  writeFileSync(stamp, wanted)
}

function pinnedNode() {
  const pinned = join(modules, '.bin', windows ? 'node.cmd' : 'node')
  if (existsSync(pinned)) return pinned
  if (Number(process.versions.node.split('.')[0]) >= 26) return process.execPath
  console.error(`No pinned Node for ${process.platform}-${process.arch}, and this one is ${process.version}; Usher needs Node 26.`)
  process.exit(1)
}

// A core dump would hold signing keys and SIGUSR1 would open a debugger; Node can turn off only the second by itself.
function hardened(node) {
  const order = [node, '--disable-sigusr1', ...process.argv.slice(2)]
  return windows ? order : ['/bin/sh', '-c', 'ulimit -c 0; exec "$@"', 'sh', ...order]
}

if (!isInstalled()) alone(install)
const [program, ...rest] = hardened(pinnedNode())
const child = spawn(program, rest, {
  stdio: 'inherit',
  env: { ...process.env, NODE_COMPILE_CACHE: join(modules, '.cache', 'usher'), NODE_OPTIONS: '' },
  shell: windows,
})
const passed = ['SIGINT', 'SIGTERM', 'SIGHUP']
for (const signal of passed) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  if (!signal) return process.exit(code ?? 1)
  for (const one of passed) process.removeAllListeners(one)
  process.kill(process.pid, signal)
})
