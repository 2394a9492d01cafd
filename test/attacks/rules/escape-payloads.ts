import { reading } from './escape-payloads-reading.ts'
import { reaching } from './escape-payloads-reaching.ts'
import { taking } from './escape-payloads-taking.ts'

/**
 * What a script tries, as the body of an async function that gives what it got. It finds `require`, `configuration`, `auth0`
 * and the like, as every rule does; `P`, Node's own process; and where the canaries are: `FILE`, `DB`, `SOCK`, `PORT`, `PID`.
 */
export interface Payload {
  readonly name: string
  readonly body: string
  /** Tampers with what runs beside it: has a runner of its own, and need not come to an end there. */
  readonly isDestructive?: boolean
}

/** Ways to a module that rules are not meant to have. */
const loaders: Readonly<Record<string, string>> = {
  require: 'require(NAME)',
  'require with a prefix': 'require("node:" + NAME)',
  createRequire: 'P.getBuiltinModule("module").createRequire("/rule.js")("node:" + NAME)',
  'Module._load': 'P.getBuiltinModule("module")._load("node:" + NAME, undefined, false)',
  mainModule: 'P.mainModule.require("node:" + NAME)',
  getBuiltinModule: 'P.getBuiltinModule("node:" + NAME)',
  import: 'await import("node:" + NAME)',
  'import in a document':
    '(await import("data:text/javascript," + encodeURIComponent("import * as m from \'node:" + NAME + "\'; export default m"))).default',
  'a module of ours': 'require("lodash").template.constructor("p", "n", "return p.mainModule.constructor._load(n)")(P, NAME)',
  binding: 'P.binding(NAME)',
  linkedBinding: 'P._linkedBinding(NAME)',
}

/** What would be done with it. */
const deeds: Readonly<Record<string, string>> = {
  child_process: 'm.execFileSync("/bin/cat", [FILE]).toString() + m.execFileSync("/usr/bin/env").toString()',
  cluster: 'm.setupPrimary({ exec: FILE }), m.fork()',
  dgram: 'new Promise((yes, no) => m.createSocket("udp4").on("error", no).send("x", PORT, "127.0.0.1", (e) => e ? no(e) : yes("sent")))',
  ffi: 'm.dlopen("libc.so.6", {})',
  inspector: 'm.open(0), m.url()',
  'inspector/promises':
    '(() => { const s = new m.Session(); s.connect(); return s.post("Runtime.evaluate", { expression: "process.env" }) })()',
  repl: 'm.start({}).context',
  sea: 'm.getRawAsset(FILE)',
  sqlite: 'new m.DatabaseSync(DB).prepare("select * from t").all()',
  test: 'm.mock.module',
  trace_events: 'm.createTracing({ categories: ["node.fs"] }).enable()',
  wasi: 'new m.WASI({ version: "preview1", preopens: { "/": "/" } })',
  worker_threads:
    'new Promise((yes, no) => new m.Worker("require(\\"worker_threads\\").parentPort.postMessage(require(\\"fs\\").readFileSync(" + JSON.stringify(FILE) + "))", { eval: true, execArgv: [] }).on("message", yes).on("error", no))',
}

const modules: readonly Payload[] = Object.entries(loaders).flatMap(([loader, load]) =>
  Object.entries(deeds).map(([module, deed]) => ({
    name: `${module} by ${loader}`,
    body: `const NAME = ${JSON.stringify(module)}; const m = ${load}; return ${deed}`,
  })),
)

export const payloads: readonly Payload[] = [...reading, ...reaching, ...taking, ...modules]
/** Those that are not made of a list of ways and a list of deeds. */
export const ownPayloads: readonly Payload[] = [...reading, ...reaching, ...taking]
