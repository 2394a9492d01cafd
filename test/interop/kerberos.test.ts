import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test, type TestContext } from 'node:test'
import { chromium, type Page } from 'playwright-core'
import { ARGUMENTS, axeFindings } from '../support/browser.ts'
import { chromiumPath } from '../support/chromium.ts'
import { databases } from '../support/databases.ts'
import { guest } from '../support/guests.ts'
import { type House, openHouse } from '../support/house.ts'
import { AT_WORK, HERE, openOffice, synchronized } from '../support/office.ts'
import { createStoryClock } from '../support/story-clock.ts'
import { folder } from './support/commands.ts'
import { startKdc } from './support/kdc.ts'
import { compiledKerberos, messageTo } from './support/kerberos-package.ts'

const { userPrincipalName: UPN } = AT_WORK

const people = { alice: 'Al1ce-pass!', mallory: 'Mall0ry-pass!' }
const kdc = await startKdc({ realm: 'AD.USHER.TEST', service: 'HTTP/usher.localhost', people })
const office = await openOffice()
after(async () => {
  kdc.stop()
  await office.close()
})
// The library reads them when it checks the first ticket.
process.env['KRB5_CONFIG'] = kdc.config
process.env['KRB5_KTNAME'] = kdc.keytab
const startedAt = performance.now()
const kerberos = compiledKerberos()
const compiledMs = Math.round(performance.now() - startedAt)

/** Usher with a directory whose people have tickets of a real key distribution center. */
const atWork = (name: string, tell: (house: House, t: TestContext) => Promise<void>): void => {
  test(name, async (t) => {
    const [sqlite] = databases
    assert.ok(sqlite)
    const opened = await sqlite.open()
    const clock = createStoryClock(Date.now())
    const house = await openHouse({
      database: opened.address,
      clock,
      kerberos,
      settings: office.settings({ via: 'kerberos', networks: HERE, service: 'HTTP@usher.localhost' }),
    })
    const over = clock.busy()
    try {
      await synchronized(house)
      await tell(house, t)
    } finally {
      over()
      await house.close()
      await opened.close()
      clock.stop()
    }
  })
}

const smartLink = ({ publicUrl, clientId }: House) => `${publicUrl.origin}/login?client=${clientId}&protocol=wsfed`

/** curl as the browser of somebody with these tickets; what it was shown, and every status on the way. */
const curl = async (address: string, tickets: string) => {
  const jar = join(folder(), 'jar')
  const child = spawn('/usr/bin/curl', ['-s', '-i', '-L', '--max-redirs', '10', '--anyauth', '-u', ':', '-b', jar, '-c', jar, address], {
    env: { PATH: '/usr/bin:/bin', KRB5_CONFIG: kdc.config, KRB5CCNAME: tickets },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const said = await text(child.stdout)
  return { said, statuses: [...said.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status)) }
}

const NO_TICKETS = 'FILE:/nonexistent/tickets'

const refusals = (house: House): readonly string[] => house.lines.filter((line) => line.includes('windows_refused'))

const cameIn = (house: House): boolean => house.lines.some((line) => line.includes('"token_issued"'))

atWork('curl comes in by a ticket of MIT Kerberos, as the directory’s person', async (house, t) => {
  t.diagnostic(`the package was compiled in ${compiledMs} ms`)
  const { said, statuses } = await curl(smartLink(house), kdc.ticketsOf('alice'))
  assert.deepEqual(statuses, [302, 401, 302, 302, 200])
  assert.match(said, new RegExp(`login_hint=${encodeURIComponent(UPN)}`))
  assert.match(said, /name="wresult" value='[^']*urn:federation:authentication:windows/)
  assert.ok(cameIn(house))
  assert.deepEqual(refusals(house), [])
})

atWork('curl without a ticket is shown the password page', async (house) => {
  const { said, statuses } = await curl(smartLink(house), NO_TICKETS)
  assert.equal(statuses.at(-1), 401)
  assert.match(said, /<input id="password" name="password"/)
  assert.ok(!cameIn(house))
})

atWork('somebody of the realm whom the directory does not know is shown the password page', async (house) => {
  const { said, statuses } = await curl(smartLink(house), kdc.ticketsOf('mallory'))
  assert.equal(statuses.at(-1), 200)
  assert.match(said, /<input id="password" name="password"/)
  assert.match(refusals(house).join(''), /"reason":"unknown"/)
  assert.ok(!cameIn(house))
})

const SERVICE = 'HTTP@usher.localhost'
const messageOf = (name: keyof typeof people) => messageTo(kerberos, SERVICE, kdc.ticketsOf(name))

const arrives = async (house: House, ticket: string): Promise<boolean> => {
  const stop = await guest(house, { ticket }).smartLink()
  if (stop.url.origin !== house.publicUrl.origin) return true
  assert.match(stop.body, /<input id="password" name="password"/)
  return false
}

atWork('a ticket that was shown before is shown in vain, in whatever browser', async (house) => {
  const ticket = await messageOf('alice')
  assert.ok(await arrives(house, ticket))
  for (let time = 0; time < 3; time += 1) assert.ok(!(await arrives(house, ticket)))
  assert.equal(refusals(house).length, 3)
  assert.match(refusals(house).join(''), /replay/i)
})

atWork('a ticket in which one bit was changed is no ticket', async (house, t) => {
  const whole = Buffer.from(await messageOf('alice'), 'base64')
  let read = 0
  for (let place = 0; place < whole.length; place += Math.ceil(whole.length / 48)) {
    const changed = Buffer.from(whole)
    changed[place] = (changed[place] ?? 0) ^ (1 << (place % 8))
    // Some bits are not read by the library (the order of what else the browser could do): the person stays who they are.
    if (await arrives(house, changed.toString('base64'))) read += 1
    assert.ok(!house.lines.some((line) => line.includes('internal_error')))
  }
  t.diagnostic(`${read} of 48 changes were not noticed, all of them by alice`)
  assert.ok(read <= 2, `${read} changes were not noticed`)
})

/** Chromium of somebody with these tickets: a profile of its own, since private windows show none. */
const withChromium = async (tickets: string, look: (page: Page) => Promise<void>): Promise<void> => {
  const context = await chromium.launchPersistentContext(folder(), {
    ...(chromiumPath && { executablePath: chromiumPath }),
    args: [...ARGUMENTS, '--auth-server-allowlist=*.localhost'],
    env: { ...process.env, KRB5_CONFIG: kdc.config, KRB5CCNAME: tickets },
  })
  try {
    await look(await context.newPage())
  } finally {
    await context.close()
  }
}

atWork('Chromium arrives by a ticket without asking for anything', async (house) => {
  await withChromium(kdc.ticketsOf('alice'), async (page) => {
    // On Linux it loads the library only after it was asked for a ticket once; until then it is a browser without any.
    await page.goto(smartLink(house))
    await page.locator('#password').waitFor()
    await page.goto(smartLink(house))
    await page.waitForURL(`${house.emulator.addresses.service}/**`)
  })
  assert.ok(cameIn(house))
  assert.deepEqual(refusals(house), [])
})

atWork('Chromium without a ticket shows the password page, in any light and width', async (house) => {
  await withChromium(NO_TICKETS, async (page) => {
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [320, 480, 1_280]) {
        await page.setViewportSize({ width, height: 640 })
        await page.emulateMedia({ colorScheme })
        await page.goto(smartLink(house))
        await page.locator('#password').waitFor()
        assert.match(page.url(), /\/windows$/)
        assert.deepEqual(await axeFindings(page), [], `${colorScheme} ${width}`)
        await keepPicture(page, `windows-${colorScheme}-${width}`)
      }
  })
  assert.ok(!cameIn(house))
})

/** Where `USHER_TEST_PICTURES` names a folder. */
const keepPicture = async (page: Page, name: string): Promise<void> => {
  const pictures = process.env['USHER_TEST_PICTURES']
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) })
}
