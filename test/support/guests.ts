import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { DANA, ERIKA, type House } from './house.ts'
import type { Stop, Visitor } from './visitor.ts'

export const ANA = 'Ana Ruiz'
export const BEN = 'Ben Okafor'

/** A person at a scriptless browser in a house, and what they can do there. */
export const guest = (house: House, options?: Parameters<House['visitor']>[0]) => {
  const browser: Visitor = house.visitor(options)
  const { service } = house.emulator.addresses

  /** A form that carries an answer to somebody else, pressed on as the browser's script would. */
  const onward = async (stop: Stop): Promise<Stop> => {
    let at = stop
    while (at.url.origin === house.publicUrl.origin && at.forms[0]?.action.startsWith('http')) at = await browser.submit(at)
    return at
  }

  /** A page in Microsoft 365, as from a link in a mail that says where its readers sign in. */
  const openService = async (path = '/sites/partners', domain: string = DEMO_TENANT.guestDomain) => {
    const target = encodeURIComponent(`${service}${path}`)
    const address = `${house.emulator.addresses.login}/login.srf?wa=wsignin1.0&whr=${domain}&wreply=${target}`
    return onward(await browser.open(address))
  }

  return {
    browser,
    onward,
    openService,
    /** Comes back as long as Microsoft's login does not know them yet, as people do; four times at most. */
    untilArrived: async (first: Stop) => {
      let stop = first
      for (let time = 0; time < 4 && /AADSTS5(1004|0057)/.test(stop.text); time += 1) stop = await openService()
      return stop
    },
    smartLink: async (query = '') =>
      onward(await browser.open(`${house.publicUrl.origin}/login?client=${house.clientId}&protocol=wsfed&state=&redirect_uri=&${query}`)),
    namedLink: async (name: string, query = '') => onward(await browser.open(`${house.publicUrl.origin}/go/${name}${query}`)),
    withGoogle: async (stop: Stop, person: string) => {
      const google = await browser.click(stop, 'Google')
      assert.equal(google.url.origin, house.emulator.addresses.google)
      return onward(await browser.click(google, person))
    },
    /** One of the many people the pretend Google knows by number. */
    asNumber: async (stop: Stop, number: number) => {
      const google = await browser.click(stop, 'Google')
      const anybody = google.links[0]?.href ?? ''
      return onward(await browser.open(anybody.replace(/\/as\/[^?]*/, `/as/guest-${number}`), google))
    },
    withPassword: async (stop: Stop, who: { readonly username: string; readonly password: string } = DANA) => {
      const words = who.username === ERIKA.username ? 'staff password' : 'guest password'
      const page = stop.forms.some((form) => 'password' in form.fields) ? stop : await browser.click(stop, words)
      return onward(await browser.submit(page, who))
    },
  }
}

export type Guest = ReturnType<typeof guest>

/** They are in Microsoft 365: as whom, and where. */
export const assertArrived = (house: House, stop: Stop, path = '/sites/partners'): string => {
  assert.equal(stop.url.href, `${house.emulator.addresses.service}${path}`, `${stop.title}: ${stop.text.slice(0, 300)}`)
  assert.equal(stop.status, 200)
  const userPrincipalName = stop.headers.get('x-emulator-arrived')
  assert.ok(userPrincipalName)
  return userPrincipalName
}

/** They stand on a page of ours that says so. */
export const assertPage = (house: House, stop: Stop, heading: RegExp, status?: number): void => {
  assert.equal(stop.url.origin, house.publicUrl.origin, `${stop.url.href}: ${stop.title}`)
  assert.match(stop.text, heading)
  if (status !== undefined) assert.equal(stop.status, status)
}

/** What Usher made in the directory. */
export const madeByUsher = (house: House) => house.world.truth.live().filter((user) => user.madeBy === DEMO_TENANT.clientId)

/** Seats the people Usher made hold together. */
export const seatsTaken = (house: House): number => madeByUsher(house).reduce((sum, user) => sum + user.assignedLicenses.length, 0)

/** Graph calls that change something. */
export const graphWrites = (house: House) => house.emulator.journal.entries('graph').filter(({ method }) => method !== 'GET')
