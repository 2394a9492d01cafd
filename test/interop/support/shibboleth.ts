import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../support/free-port.ts'
import { folder, must } from './commands.ts'

const TEMPLATES = join(import.meta.dirname, '..', 'shibboleth')
const HOST = 'login.microsoftonline.com'
const TRIES = 200
const A_MOMENT_MS = 100

export interface Verdict {
  /** What the session says about the person; undefined when the token was refused. */
  readonly attributes: ReadonlyMap<string, readonly string[]> | undefined
  /** Why it was refused, in Shibboleth's words. */
  readonly reason: string
}

export interface RelyingPartyOfOthers {
  /** Posts a `wresult` as a browser would, and asks who is signed in now. */
  readonly judge: (wresult: string) => Promise<Verdict>
  readonly stop: () => Promise<void>
}

/** A Shibboleth service provider on loopback that poses as Microsoft and trusts one issuer and one certificate (base64 DER). */
export const startShibboleth = async (trust: { issuer: string; realm: string; certificate: string }): Promise<RelyingPartyOfOthers> => {
  const files = folder()
  const port = await freePort()
  prepare(files, { ISSUER: trust.issuer, REALM: trust.realm, CERTIFICATE: trust.certificate, PORT: String(port), FOLDER: files })
  const children: ChildProcess[] = []
  const start = (program: string, args: readonly string[]) => children.push(spawn(program, args, { stdio: 'ignore' }))
  start('/usr/sbin/shibd', ['-f', '-F', '-c', join(files, 'shibboleth2.xml'), '-p', join(files, 'shibd.pid'), '-w', '30'])
  const socket = join(files, 'shibd.sock')
  await until(
    async () => existsSync(socket),
    () => logOf(files),
  )
  // The web server's workers are another user.
  chmodSync(socket, 0o777)
  start('/usr/sbin/apache2', ['-f', join(files, 'httpd.conf'), '-D', 'FOREGROUND'])
  const send = clientOf(port, readFileSync(join(files, 'tls.crt'), 'utf8'))
  await until(
    async () => (await send('GET', '/Shibboleth.sso/Session').catch(() => undefined)) !== undefined,
    () => logOf(files),
  )
  return { judge: judgeOf(send), stop: () => stopAll(children) }
}

const prepare = (files: string, values: Readonly<Record<string, string>>): void => {
  chmodSync(files, 0o755)
  mkdirSync(join(files, 'documents'))
  for (const name of ['shibboleth2.xml', 'idp-metadata.xml', 'httpd.conf'])
    writeFileSync(
      join(files, name),
      readFileSync(join(TEMPLATES, `${name}.in`), 'utf8').replace(/@([A-Z]+)@/g, (_, key) => values[key] ?? ''),
    )
  for (const name of ['attribute-map.xml', 'error.html']) writeFileSync(join(files, name), readFileSync(join(TEMPLATES, name)))
  for (const name of ['shibd.logger', 'native.logger'])
    writeFileSync(
      join(files, name),
      readFileSync(`/etc/shibboleth/${name}`, 'utf8').replace(/\/var\/log\/(shibboleth-www|shibboleth|apache2)\//g, `${files}/`),
    )
  must('g++', [
    '-shared',
    '-fPIC',
    '-O1',
    '-o',
    join(files, 'wsfed-decoder.so'),
    join(TEMPLATES, 'wsfed-decoder.cpp'),
    '-lsaml',
    '-lxmltooling',
    '-lxerces-c',
  ])
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', join(files, 'tls.key'), '-out', join(files, 'tls.crt')]
  must('openssl', ['req', '-x509', ...key, '-days', '2', '-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`])
}

const logOf = (files: string): string =>
  ['shibd.log', 'httpd-error.log']
    .map((name) => (existsSync(join(files, name)) ? readFileSync(join(files, name), 'utf8').slice(-2_000) : `no ${name}`))
    .join('\n')

const until = async (isSo: () => Promise<boolean>, explain: () => string): Promise<void> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await isSo()) return
    await wait(A_MOMENT_MS)
  }
  throw new Error(`Shibboleth did not start (Debian: libapache2-mod-shib, shibboleth-sp-utils). ${explain()}`)
}

type Send = (
  method: 'GET' | 'POST',
  path: string,
  more?: { body?: string; cookie?: string },
) => Promise<{ status: number; cookie: string; body: string }>

const clientOf =
  (port: number, ca: string): Send =>
  (method, path, { body = '', cookie = '' } = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const headers = { host: `${HOST}:${port}`, cookie, ...(body && { 'content-type': 'application/x-www-form-urlencoded' }) }
    request({ host: '127.0.0.1', port, servername: HOST, ca, method, path, headers, agent: false }, resolve).on('error', reject).end(body)
    return promise.then(async (answer) => ({
      status: answer.statusCode ?? 0,
      cookie: (answer.headers['set-cookie'] ?? []).map((one) => one.split(';', 1)[0]).join('; '),
      body: Buffer.concat(await answer.toArray()).toString(),
    }))
  }

const judgeOf =
  (send: Send): RelyingPartyOfOthers['judge'] =>
  async (wresult) => {
    const body = new URLSearchParams({ wa: 'wsignin1.0', wresult, wctx: '' }).toString()
    const answer = await send('POST', '/Shibboleth.sso/ADFS', { body })
    const reason = /REFUSED (.*)<\/body>/s.exec(answer.body)?.[1] ?? ''
    // The web server's half refuses everything when the other half is gone.
    const isJudged = answer.status === 302 || (reason !== '' && !reason.includes('ListenerException'))
    if (!isJudged) throw new Error(`neither accepted nor refused: ${answer.status} ${answer.body.slice(0, 500)}`)
    if (answer.status !== 302) return { attributes: undefined, reason }
    const session = JSON.parse((await send('GET', '/Shibboleth.sso/Session', { cookie: answer.cookie })).body)
    const attributes: { name: string; values: string[] }[] = session.attributes ?? []
    return { attributes: new Map(attributes.map(({ name, values }) => [name, values])), reason }
  }

const stopAll = async (children: readonly ChildProcess[]): Promise<void> => {
  for (const child of children.toReversed()) {
    if (child.exitCode !== null) continue
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
  }
}
