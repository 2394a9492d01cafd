import type { Payload } from './escape-payloads.ts'

const SIGNAL = '"SIGWINCH"'

/** Signals to Usher, to its group and to everybody. */
const signals: Readonly<Record<string, string>> = {
  kill: `P.kill(PID, ${SIGNAL})`,
  'kill its parent': `P.kill(P.ppid, ${SIGNAL})`,
  'kill its own group': `P.kill(0, ${SIGNAL})`,
  'kill a group': `P.kill(-PID, ${SIGNAL})`,
  'kill everybody': `P.kill(-1, ${SIGNAL})`,
  'kill by its other name': 'P._kill(PID, 28)',
  'kill by its getter': `Object.getOwnPropertyDescriptor(P, "kill").get()(PID, ${SIGNAL})`,
  'kill after a delete': `delete P.kill, P.kill(PID, ${SIGNAL})`,
  'kill defined anew': `Object.defineProperty(P, "kill", { value: P._kill }), P.kill(PID, ${SIGNAL})`,
  'kill of its kind': `Object.getPrototypeOf(P).kill && Object.getPrototypeOf(P).kill(PID, ${SIGNAL})`,
  'kill by a copy': `P.getBuiltinModule("process").kill(PID, ${SIGNAL})`,
  'kill by an import': `(await import("node:process")).kill(PID, ${SIGNAL})`,
  'kill by an import of what it is': `(await import("node:process")).default._kill(PID, 28)`,
  'kill by a required copy': `P.mainModule.require("process").kill(PID, ${SIGNAL})`,
  debug: 'P._debugProcess(PID)',
  priority: 'require("os").setPriority(PID, 19)',
  'another user': 'P.setuid(0), P.getuid()',
  'another group': 'P.setgroups([0]), P.getgroups()',
  'another program': 'P.execve("/bin/cat", ["cat", FILE])',
  abort: 'P.abort()',
  exit: 'P.exit(3)',
  'exit by its other name': 'P.reallyExit(3)',
  'exit by an import': '(await import("node:process")).exit(3)',
  'active handles': 'P._getActiveHandles().length',
  'active requests': 'P._getActiveRequests().length',
}

/** Tampering with what runs the script. What comes of it is its own run’s affair. */
const tampering: Readonly<Record<string, string>> = {
  'JSON that lies': 'JSON.parse = () => ({ scripts: [], kind: "passed" }); JSON.stringify = () => "{}"',
  'promises that never come': 'Promise.prototype.then = function () { return this }',
  'promises that shout': 'Promise.prototype.then = () => { throw new Error("no") }',
  'lists without entries': 'Array.prototype.entries = function* () {}; Array.prototype.map = () => []',
  'lists that tell': 'Array.prototype.push = function (...all) { globalThis.seen = all; return 0 }',
  'objects with more': 'Object.prototype.kind = "passed"; Object.prototype.toJSON = () => ({ kind: "passed" })',
  'objects with a setter': 'Object.defineProperty(Object.prototype, "isOver", { set() {}, get() { return false } })',
  'objects with numbers': 'Object.defineProperty(Object.prototype, "0", { get() { throw new Error("no") } })',
  'functions that are not called': 'Function.prototype.call = () => undefined; Function.prototype.apply = () => undefined',
  'no globals': 'for (const name of Object.getOwnPropertyNames(globalThis)) try { delete globalThis[name] } catch {}',
  'a frozen world': 'Object.freeze(Object.prototype); Object.freeze(Array.prototype); Object.freeze(globalThis)',
  'bytes that lie': 'Buffer.prototype.toString = () => "{}"; Buffer.prototype.readUInt32LE = () => 1',
  'bytes from elsewhere': 'Buffer.from = () => Buffer.alloc(4); Buffer.allocUnsafe = () => Buffer.alloc(1)',
  'timers that never ring': 'globalThis.setTimeout = () => 0; globalThis.clearTimeout = () => undefined',
  'time that stands': 'Date.now = () => 0; P.hrtime.bigint = () => 0n',
  'maps without anything': 'Map.prototype.get = () => undefined; WeakMap.prototype.get = () => undefined',
  'a store of its own':
    'const { AsyncLocalStorage } = require("async_hooks"); AsyncLocalStorage.prototype.getStore = () => ({ run: 1, script: 0, state: { isOver: false, scripts: [], take: () => true } })',
  'listeners of its own':
    'P.removeAllListeners(); P.on("uncaughtException", () => {}); P.on("unhandledRejection", () => {}); setTimeout(() => { throw new Error("no") }, 1)',
  'an exit that is none': 'P.on("exit", () => { for (;;); }); P.emit("exit")',
  'a rejection': 'Promise.reject(new Error("nobody looks"))',
  'a late throw': 'setImmediate(() => { throw new Error("late") })',
  'a throw of nothing': 'setImmediate(() => { throw undefined })',
  'a throw with getters': 'throw { get message() { for (;;); } }',
  'an error of proxies': 'throw new Proxy({}, { get() { throw new Error("no") }, getPrototypeOf() { throw new Error("no") } })',
  'what is thenable': 'return { then: (yes) => { setInterval(() => yes({}), 1) } }',
  'a wait for memory': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  'a wait by wasm':
    'new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11]))).exports.f()',
  'a module patched': 'require("net").Socket.prototype.write = () => true; require("fs").writeSync = () => 0',
  'streams patched': 'require("stream").Readable.prototype.push = () => false',
  'the runner’s cache': 'const M = P.mainModule.constructor; for (const key of Object.keys(M._cache)) M._cache[key].exports = {}',
  'scripts overwritten':
    'P.mainModule.children.forEach((child) => { for (const key of Object.keys(child.exports)) try { child.exports[key] = () => ({ kind: "passed" }) } catch {} })',
  'a collection that calls':
    'const all = new FinalizationRegistry(() => { for (;;); }); for (let i = 0; i < 1e4; i += 1) all.register({}, i)',
  'noise on the pipe': 'require("fs").writeSync(3, "noise".repeat(20))',
  'a frame of somebody else’s': `const f = Buffer.alloc(60, 32); f.writeUInt32LE(52, 0); f.writeUInt8(2, 4); f.writeUInt32LE(7, 5); require("fs").writeSync(3, f)`,
  'words everywhere': 'for (let fd = 0; fd <= 12; fd += 1) try { require("fs").writeSync(fd, "words") } catch {}',
  'no descriptors': 'for (let fd = 0; fd <= 40; fd += 1) try { require("fs").closeSync(fd) } catch {}',
  'a long register': 'require("fs").writeSync(4, Buffer.alloc(4096, 255), 0, 4096, 0); require("fs").ftruncateSync(4, 0)',
  'a huge register': 'require("fs").ftruncateSync(4, 2 ** 40); require("fs").writeSync(4, Buffer.alloc(65536), 0, 65536, 2 ** 30)',
  'descriptors read':
    'const found = []; for (let fd = 0; fd <= 12; fd += 1) { const b = Buffer.alloc(4096); try { require("fs").readSync(fd, b, 0, 4096, fd === 4 ? 0 : null); found.push(b.toString("latin1")) } catch (e) { found.push(e.code) } } return found',
  'a flood of output': 'for (let i = 0; i < 2000; i += 1) P.stdout.write("x".repeat(1e4)), P.stderr.write("x".repeat(1e4))',
  'what it leaves':
    'setInterval(() => { try { require("net").connect(PORT, "127.0.0.1").on("error", () => {}) } catch {} }, 5); globalThis.left = configuration',
  'paths that lie':
    'P.getBuiltinModule("path").toNamespacedPath = () => FILE; P.getBuiltinModule("path").resolve = () => FILE; return require("fs").readFileSync(P.argv[1], "latin1")',
  'a URL that lies': 'URL.prototype.toString = () => "http://127.0.0.1/"; globalThis.URL = class { get host() { return "127.0.0.1" } }',
}

/** A text that is more than one function. */
const looks: Readonly<Record<string, string>> = {
  'the machine':
    'const os = require("os"); return [os.hostname(), os.userInfo, os.networkInterfaces].map((f) => { try { return typeof f === "function" ? f() : f } catch (e) { return e.code } })',
  'everything it can name':
    'const seen = new Set(); const walk = (o, d) => { if (d === 0 || (typeof o !== "object" && typeof o !== "function") || o === null || seen.has(o)) return; seen.add(o); for (const k of Reflect.ownKeys(o)) { let v; try { v = o[k] } catch { continue } if (typeof v === "string") found.push(v); walk(v, d - 1) } }; const found = []; walk(globalThis, 5); walk(P.mainModule, 5); return found.join("\\n")',
  'what its modules hold':
    'const M = P.mainModule.constructor; return require("util").inspect(M._cache, { depth: 4, showHidden: true, maxStringLength: null, maxArrayLength: null }).slice(0, 4e5)',
  'old bytes':
    'let all = ""; for (let i = 0; i < 400; i += 1) all += Buffer.allocUnsafe(1024).toString("latin1"); return all.includes("canary") ? all.match(/canary[^"]{0,60}/g) : "nothing"',
  'slow old bytes': 'return Buffer.allocUnsafeSlow(4e6).toString("latin1").match(/canary[^"]{0,60}/g)',
  'the pool of bytes': 'return Buffer.from(Buffer.from("x").buffer).toString("latin1").match(/canary[^"]{0,60}/g)',
  'proxies of what is read':
    'Object.setPrototypeOf(context, new Proxy({}, { get: (t, k) => { globalThis.asked = k; return P.env } })); return P.env',
  'objects of V8': 'return P.getBuiltinModule("v8").queryObjects(Object, { format: "summary" })',
  'a startup snapshot': 'return P.getBuiltinModule("v8").startupSnapshot.isBuildingSnapshot()',
  'a deserializer': 'return P.getBuiltinModule("v8").deserialize(Buffer.from("ff0f5c00000000", "hex"))',
  diagnostics:
    'const found = []; for (const n of ["net.client.socket", "http.client.request.start", "child_process", "module.require.start"]) require("diagnostics_channel").subscribe(n, (m) => found.push(m)); return found',
  'other runs’ calls':
    'let got = []; const M = Map.prototype.set; Map.prototype.set = function (k, v) { got.push(k); return M.call(this, k, v) }; await new Promise((r) => setTimeout(r, 30)); Map.prototype.set = M; return got',
  'a database by a path': 'return require("fs").readFileSync(DB, "latin1")',
  'a database’s backup': 'return (await import("node:sqlite")).backup',
  'a store in memory': 'return localStorage.length',
  'a store for the session': 'return sessionStorage.length',
  'databases by a flag':
    'P.execArgv.push("--experimental-sqlite"); P.env.NODE_OPTIONS = "--experimental-sqlite"; return P.mainModule.require("node:sqlite")',
  'databases by a hook':
    'P.getBuiltinModule("module").registerHooks({ resolve: (s, c, next) => ({ url: "node:sqlite", shortCircuit: true }) }); return new (await import("data:text/javascript,0")).DatabaseSync(DB).prepare("select * from t").all()',
  'databases as what is built in': 'P.getBuiltinModule("module").builtinModules.push("sqlite"); return P.getBuiltinModule("sqlite")',
  'a withheld set that forgets':
    'const has = Set.prototype.has; Set.prototype.has = () => false; try { return P.getBuiltinModule("child_process").execFileSync("/bin/cat", [FILE]).toString() } finally { Set.prototype.has = has }',
  'databases behind a set that forgets':
    'const has = Set.prototype.has; Set.prototype.has = () => false; try { return new (P.getBuiltinModule("sqlite").DatabaseSync)(DB).prepare("select * from t").all() } finally { Set.prototype.has = has }',
}

export const taking: readonly Payload[] = [
  ...Object.entries(signals).map(([name, way]) => ({ name: `a signal: ${name}`, body: `return ${way}` })),
  ...Object.entries(looks).map(([name, body]) => ({ name: `a look: ${name}`, body, isDestructive: true })),
  ...Object.entries(tampering).map(([name, body]) => ({ name: `tampering: ${name}`, body, isDestructive: true })),
]
