import { type Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { crossSite } from '../cookies.ts'
import { type Markup, pageHeaders } from '../page.ts'
import { createServiceSessions } from '../service-session.ts'
import type { Addresses } from '../sites.ts'
import type { World } from '../world.ts'
import type { Domain, Federation } from '../world-state.ts'
import { createTokenChecker } from './check-token.ts'
import { type Contexts, createContexts } from './context.ts'
import { namePage, refusalPage } from './login-pages.ts'
import { addRealmRoutes } from './realm-routes.ts'
import { SignInRefused } from './refusal.ts'
import { domainOfName } from './realms.ts'
import { requestShapes, type RequestShape, signInAddress } from './sign-in-request.ts'
import { addSignOutRoutes, SESSION_COOKIE } from './sign-out.ts'
import { addTenantMetadata, addTokenEndpoint } from './token-endpoint.ts'

export interface LoginOptions {
  readonly world: World
  readonly addresses: Addresses
}

interface Asking {
  /** A name, a bare domain, or nothing. */
  readonly name: string
  readonly target: string
  readonly shape: RequestShape
}

const BROWSER_COOKIE = 'esctx'

const shapeOf = (text: string | undefined, otherwise: RequestShape): RequestShape =>
  requestShapes.find((shape) => shape === text) ?? otherwise

const showPage = (c: Context, markup: Markup, status: 200 | 400 = 200) => c.html(markup, status, pageHeaders)

const browserOf = (c: Context, world: World): string => {
  const known = getCookie(c, BROWSER_COOKIE)
  if (known !== undefined) return known
  const browser = world.random.guid()
  setCookie(c, BROWSER_COOKIE, browser, crossSite)
  return browser
}

/** An address the service lets people be sent to; its own start page when none is asked for. */
const targetOf = (addresses: Addresses, wreply: string | undefined): string => {
  if (wreply === undefined || wreply === '') return `${addresses.service}/`
  if (URL.canParse(wreply) && new URL(wreply).origin === addresses.service) return wreply
  throw new SignInRefused(50011, 'The reply address does not belong to a service of this tenant.', 400)
}

const knownDomain = (world: World, name: string): Domain => {
  const domain = domainOfName(world, name)
  if (domain !== undefined) return domain
  throw new SignInRefused(50128, 'Invalid domain name: no tenant-identifying information found in the request.', 400)
}

const isSecondFactorDemanded = (world: World, federation: Federation): boolean =>
  world.scenarios.isOn('requireMfa') && federation.federatedIdpMfaBehavior === 'enforceMfaByFederatedIdp'

const isFreshAsked = (c: Context): boolean => c.req.query('prompt') === 'login' || c.req.query('wfresh') === '0'

/** Sends the browser to the identity provider its name belongs to, or asks for a name. */
const createAsk = ({ world }: LoginOptions) => {
  const contexts = createContexts(world)
  const ask = (c: Context, { name, target, shape: wantedShape }: Asking) => {
    if (name === '') return showPage(c, namePage({ username: '', target, shape: c.req.query('shape') ?? '' }))
    const domain = knownDomain(world, name)
    const federation = domain.federation
    if (federation === undefined) {
      const complaint = `${domain.name} keeps its passwords at Microsoft; this demo has none.`
      return showPage(c, namePage({ username: name, target, shape: wantedShape, complaint }))
    }
    const shape = isSecondFactorDemanded(world, federation) ? 'C' : wantedShape
    const style = ({ A: 'plain', B: 'typed', C: 'plain', D: 'legacy' } as const)[shape]
    const context = contexts.write({ browser: browserOf(c, world), target, domain: domain.name }, style)
    const order = {
      shape,
      username: name.includes('@') ? name : undefined,
      context,
      isFresh: isFreshAsked(c),
      correlationId: c.req.query('client-request-id') ?? world.random.guid(),
    }
    return c.redirect(signInAddress(federation, order, world.random))
  }
  return { contexts, ask }
}

const readForm = async (c: Context): Promise<URLSearchParams> => {
  const type = c.req.header('content-type') ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded')) {
    throw new SignInRefused(90014, 'The required field wresult is missing.', 400)
  }
  return new URLSearchParams(await c.req.text())
}

const only = (form: URLSearchParams, name: string): string => {
  const values = form.getAll(name)
  if (values.length === 1) return values[0] ?? ''
  throw new SignInRefused(20012, `WsFedMessageInvalid: ${name} is there ${values.length} times.`, 400)
}

/** Where an identity provider's answer comes in. */
const addReceiver = (app: Hono, { world, addresses }: LoginOptions, contexts: Contexts): void => {
  const checker = createTokenChecker(world)
  const sessions = createServiceSessions(world)
  app.post('/login.srf', async (c) => {
    const form = await readForm(c)
    if (only(form, 'wa') !== 'wsignin1.0') throw new SignInRefused(20012, 'WsFedMessageInvalid: wa is not wsignin1.0.', 400)
    const wresult = only(form, 'wresult')
    const reading = contexts.spend(form.has('wctx') ? only(form, 'wctx') : '', getCookie(c, BROWSER_COOKIE))
    if (reading.kind === 'refused') {
      throw new SignInRefused(165000, `Invalid Request: the request tokens do not match the user context (${reading.reason}).`, 400)
    }
    const { user, domain, hasSecondFactor, warnings } = checker.check(wresult)
    const ticket = sessions.seal({ userId: user.id, at: world.clock.now(), hasSecondFactor })
    setCookie(c, SESSION_COOKIE, domain.name, crossSite)
    if (warnings.length > 0) c.header('x-emulator-warnings', warnings.join(' '))
    c.header('x-emulator-user', user.id)
    const target = reading.kind === 'known' ? reading.context.target : `${addresses.service}/`
    return c.redirect(`${addresses.service}/_forms/signin?ticket=${ticket}&to=${encodeURIComponent(target)}`)
  })
}

/** Microsoft's login, `login.microsoftonline.com`. */
export const createLoginApp = (options: LoginOptions): Hono => {
  const { world, addresses } = options
  const app = new Hono()
  const { contexts, ask } = createAsk(options)
  const usualShape = (otherwise: RequestShape): RequestShape => shapeOf(world.scenarios.look('requestShape')?.shape, otherwise)

  app.onError((error, c) => {
    if (!(error instanceof SignInRefused)) throw error
    c.header('x-emulator-aadsts', String(error.code))
    const correlationId = c.req.query('client-request-id') ?? world.random.guid()
    return showPage(c, refusalPage(error, correlationId, world.clock.now()), error.status)
  })

  app.get('/', (c) => {
    const { login_hint: username = '', wreply, shape = '' } = c.req.query()
    return showPage(c, namePage({ username, target: targetOf(addresses, wreply), shape }))
  })

  app.get('/common/oauth2/authorize', (c) => {
    const { username = '', login_hint: hint = '', domain_hint: domain = '', target, shape } = c.req.query()
    const isTyped = username !== ''
    const name = [username, hint, domain].find((text) => text !== '') ?? ''
    return ask(c, { name, target: targetOf(addresses, target), shape: shapeOf(shape, usualShape(isTyped ? 'B' : 'A')) })
  })

  addSignOutRoutes(app, options)

  app.get('/login.srf', (c) => {
    const { whr = '', login_hint: hint = '', wreply, shape } = c.req.query()
    const name = hint === '' ? whr : hint
    return ask(c, { name, target: targetOf(addresses, wreply), shape: shapeOf(shape, usualShape('A')) })
  })

  addReceiver(app, options, contexts)
  addRealmRoutes(app, world)
  addTokenEndpoint(app, options)
  addTenantMetadata(app, options)
  return app
}
