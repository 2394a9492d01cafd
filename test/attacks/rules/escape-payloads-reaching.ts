import type { Payload } from './escape-payloads.ts'

/** A promise of what an emitter becomes. */
const soon = (emitter: string, event: string): string =>
  `await new Promise((yes, no) => { const s = ${emitter}; s.on(${JSON.stringify(event)}, () => yes("reached")); s.on("error", no) })`

/** What Node makes inside while something else is asked for. */
const resources = (ask: string): string =>
  `const made = []; const hook = require("async_hooks").createHook({ init: (id, type, by, it) => made.push([type, it]) }).enable();
   try { ${ask} } catch {} hook.disable()`

const connections: Readonly<Record<string, string>> = {
  'a socket of Node’s own': soon('new (require("net").Socket)().connect(PORT, "127.0.0.1")', 'connect'),
  'a socket from its prototype': soon(
    'require("net").Socket.prototype.connect.call(new (require("net").Socket)(), { port: PORT, host: "127.0.0.1" })',
    'connect',
  ),
  'a local socket': soon('require("net").connect(SOCK)', 'connect'),
  'a local socket of Node’s own': soon('new (require("net").Socket)().connect({ path: SOCK })', 'connect'),
  'a local socket by http': soon(
    'require("http").get({ socketPath: SOCK, createConnection: (o) => new (require("net").Socket)().connect(o.socketPath) })',
    'response',
  ),
  'a name that changes': soon(
    'require("net").connect({ port: PORT, host: "93.184.216.34", lookup: (h, o, done) => done(null, "127.0.0.1", 4) })',
    'connect',
  ),
  'a host that is two': soon(
    '(() => { let n = 0; return require("net").connect({ port: PORT, host: { toString: () => n++ ? "127.0.0.1" : "example.com" } }) })()',
    'connect',
  ),
  'an address from inside': soon('require("net").connect({ port: PORT, host: "127.0.0.1", localAddress: "127.0.0.1" })', 'connect'),
  'encrypted to a local socket': soon('require("tls").connect({ path: SOCK, rejectUnauthorized: false })', 'secureConnect'),
  'encrypted by Node’s own': soon('new (require("tls").TLSSocket)(new (require("net").Socket)()).connect(PORT, "127.0.0.1")', 'connect'),
  'http to here': soon('require("http").get({ host: "127.0.0.1", port: PORT })', 'response'),
  'an agent of its own':
    'const { Agent } = require("http"); const a = new Agent(); a.createConnection = (o) => new (require("net").Socket)().connect(o.port, o.host); ' +
    soon('require("http").get({ host: "127.0.0.1", port: PORT, agent: a })', 'response'),
  'http2 to here': soon('require("http2").connect("http://127.0.0.1:" + PORT)', 'connect'),
  'http2 by a socket': soon(
    'require("http2").connect("http://a.example", { createConnection: () => new (require("net").Socket)().connect(PORT, "127.0.0.1") })',
    'connect',
  ),
  'fetch to here': 'return (await fetch("http://127.0.0.1:" + PORT)).status',
  'fetch by a dispatcher':
    'new Response(); const D = globalThis[Symbol.for("undici.globalDispatcher.2")].constructor; return (await fetch("http://a.example", { dispatcher: new D({ connect: { socketPath: SOCK } }) })).status',
  'fetch by a connector':
    'new Response(); const D = globalThis[Symbol.for("undici.globalDispatcher.2")].constructor; return (await fetch("http://a.example", { dispatcher: new D({ connect: (o, done) => { const s = new (require("net").Socket)().connect(PORT, "127.0.0.1"); s.on("connect", () => done(null, s)).on("error", done) } }) })).status',
  'a web socket': `await new Promise((yes, no) => { const s = new WebSocket("ws://127.0.0.1:" + PORT); s.onopen = yes; s.onerror = no })`,
  'an event source': 'return typeof EventSource === "function" && new EventSource("http://127.0.0.1:" + PORT).url',
  'a server':
    'return await new Promise((yes, no) => require("net").createServer().on("error", no).listen(0, "127.0.0.1", () => yes("listening")))',
  'a local server':
    'return await new Promise((yes, no) => require("net").createServer().on("error", no).listen("/tmp/usher-server", () => yes("listening")))',
  'an http server':
    'return await new Promise((yes, no) => require("http").createServer().on("error", no).listen(0, () => yes("listening")))',
  'a server’s handle': 'return require("net")._createServerHandle("127.0.0.1", 0, 4)',
  'a resolver': 'return await new (require("dns").Resolver)().resolve4("localhost", (e, a) => a)',
  'a resolver with servers':
    'const r = new (require("dns").promises.Resolver)(); r.setServers(["127.0.0.1:" + PORT]); return await r.resolve4("canary.example")',
  lookup: 'return await require("dns").promises.lookup("localhost")',
  'lookup in a socket': soon('new (require("net").Socket)().connect({ port: PORT, host: "localhost", autoSelectFamily: true })', 'connect'),
  'a terminal': 'return new (require("tty").ReadStream)(0).isTTY',
  'a raw handle': `${resources('new (require("net").Socket)().connect(PORT, "127.0.0.1").on("error", () => {})')};
    const handle = made.find(([type]) => type === "TCPWRAP"), request = made.find(([type]) => type === "TCPCONNECTWRAP");
    if (!handle) throw new Error("no handle: " + made.map(([type]) => type));
    const raw = new handle[1].constructor(0), by = request ? new request[1].constructor() : {};
    return await new Promise((yes) => { by.oncomplete = (...all) => yes(all[0] === 0 ? "reached" : "refused " + all[0]); const code = raw.connect(by, "127.0.0.1", PORT); if (code) yes("refused " + code) })`,
  'a raw pipe': `${resources('new (require("net").Socket)().connect({ path: SOCK }).on("error", () => {})')};
    const handle = made.find(([type]) => type === "PIPEWRAP"), request = made.find(([type]) => type === "PIPECONNECTWRAP");
    if (!handle) throw new Error("no handle: " + made.map(([type]) => type));
    const raw = new handle[1].constructor(0), by = request ? new request[1].constructor() : {};
    return await new Promise((yes) => { by.oncomplete = (...all) => yes(all[0] === 0 ? "reached" : "refused " + all[0]); const code = raw.connect(by, SOCK); if (code) yes("refused " + code) })`,
  'a raw pipe that listens': `${resources('require("net").createServer().on("error", () => {}).listen("/tmp/usher-raw-pipe")')};
    const handle = made.find(([type]) => /PIPE/.test(type)); if (!handle) throw new Error("no handle: " + made.map(([type]) => type));
    return [handle[1].bind("/tmp/usher-raw-pipe-2"), handle[1].listen(1)]`,
  'the handle of the hour':
    'const it = require("async_hooks").executionAsyncResource(); return Object.getOwnPropertyNames(Object.getPrototypeOf(it)).join()',
  'a pipe of the kind at hand':
    'const it = require("async_hooks").executionAsyncResource(); const raw = new it.constructor(0); return await new Promise((yes) => { const code = raw.connect({ oncomplete: yes }, SOCK); if (code) yes("refused " + code) })',
  'the pipe’s kind': `const made = new (require("net").Socket)({ fd: 3 }); return new made._handle.constructor(0).connect({ oncomplete() {} }, SOCK)`,
  'a pipe of the pipe’s kind, opened': `const made = new (require("net").Socket)({ fd: 3 }); const raw = new made._handle.constructor(0); return [1, 2, 5, 6, 7, 8, 9, 10, 11, 12].map((fd) => { try { return raw.open(fd) } catch (e) { return e.code } })`,
  'a socket on each descriptor': `const found = []; for (let fd = 5; fd < 40; fd += 1) try { found.push(fd + new (require("net").Socket)({ fd })._handle.constructor.name) } catch (e) { found.push(e.code) } return found`,
  'binding tcp_wrap': 'return new (P.binding("tcp_wrap").TCP)(0)',
  'binding pipe_wrap': 'return new (P.binding("pipe_wrap").Pipe)(0)',
  'binding udp_wrap': 'return new (P.binding("udp_wrap").UDP)(0)',
  'binding cares_wrap': 'return P.binding("cares_wrap").getaddrinfo',
  'binding process_wrap': 'return new (P.binding("process_wrap").Process)()',
  'binding spawn_sync': 'return P.binding("spawn_sync").spawn({ file: "/bin/cat", args: ["cat", FILE] })',
  'linked binding': 'return P._linkedBinding("process_wrap")',
  'binding by its getter': 'const { get } = Object.getOwnPropertyDescriptor(P, "binding"); return get()("tcp_wrap")',
  'binding of another process': 'return new P.constructor().binding("tcp_wrap")',
  'internal binding by a flag': 'P.execArgv.push("--expose-internals"); return P.mainModule.require("internal/test/binding")',
  'a file by an address': 'return await (await fetch("blob:nodedata:x")).text()',
  'through the request package':
    'return await new Promise((yes, no) => require("request")({ uri: "http://unix:" + SOCK + ":/" }, (e, r) => e ? no(e) : yes(r.statusCode)))',
  'through axios': 'return (await require("axios").get("http://a.example/", { socketPath: SOCK })).status',
  'through axios and a file': 'return (await require("axios").get("file://" + FILE)).data',
  'through a proxy': 'return (await require("axios").get("http://a.example/", { proxy: { host: "127.0.0.1", port: PORT } })).status',
  'through node-fetch': 'return (await require("node-fetch")("file://" + FILE)).status',
}

export const reaching: readonly Payload[] = Object.entries(connections).map(([name, body]) => ({
  name: `a connection: ${name}`,
  body,
  isDestructive: /descriptor|pipe’s kind|by a flag/.test(name),
}))
