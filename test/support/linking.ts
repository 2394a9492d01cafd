import { DEMO_CONNECTIONS, DEMO_GOOGLE_CLIENT } from '../../src/cli/demo-settings.ts'
import { BEN, type Guest, guest } from './guests.ts'
import type { House, HouseOptions } from './house.ts'
import { story, type Told } from './story.ts'
import type { Stop } from './visitor.ts'

/** A second connection to the pretend Google: whoever comes through it is somebody new, with the address they have there. */
export const MAIL = 'mail'

/** How connections may be linked, by name. */
export type Linking = Readonly<Record<string, 'explicit' | 'verified-email' | undefined>>

/** Settings with a second connection to the pretend Google, linked as said. */
export const linking =
  (how: Linking): NonNullable<HouseOptions['settings']> =>
  (settings) => {
    const google = settings.connections.find(({ name }: { name: string }) => name === DEMO_CONNECTIONS.google)
    const connections = [...settings.connections, { ...google, name: MAIL, label: 'Mail' }].map((one) => {
      const wanted = how[one.name]
      return wanted ? { ...one, linking: wanted } : one
    })
    const [relyingParty] = settings.relyingParties
    return { ...settings, connections, relyingParties: [{ ...relyingParty, connections: [...relyingParty.connections, MAIL] }] }
  }

/** The same, and Google's word about a second factor is taken. */
export const trustingGoogle =
  (how: Linking): NonNullable<HouseOptions['settings']> =>
  (settings) => {
    const trusted = { secondFactor: { trusted: true, amr: ['mfa'] } }
    const connections = settings.connections.map((one: { readonly name: string }) =>
      one.name === DEMO_CONNECTIONS.google ? { ...one, ...trusted } : one,
    )
    return linking(how)({ ...settings, connections })
  }

/** Google and passwords, by the people themselves. */
export const BOTH: Linking = { [DEMO_CONNECTIONS.google]: 'explicit', [DEMO_CONNECTIONS.guests]: 'explicit' }

/** Told where Google, a second connection to it and the guests' passwords may be linked as said; on one database, since all do the same. */
export const linkingStory = (name: string, how: Linking, tell: (told: Told) => Promise<void>): void =>
  story(
    name,
    async (told) => {
      const redirectUris = [DEMO_CONNECTIONS.google, MAIL].map((one) => new URL(`/login/callback/${one}`, told.house.publicUrl).href)
      await told.house.control('PUT', `/google/${DEMO_GOOGLE_CLIENT}`, { secret: told.house.secrets.google, redirectUris })
      await tell(told)
    },
    { settings: linking(how), databases: ['sqlite'] },
  )

/** Where somebody sees how they sign in. */
export const ownPage = ({ publicUrl }: House) => new URL('/you', publicUrl)
/** Through the second connection. */
export const withMail = async (person: Guest, stop: Stop, who: string): Promise<Stop> =>
  person.onward(await person.browser.click(await person.browser.click(stop, 'Mail'), who))

/** Dana, with her password, on her own page. */
export const danaAtHome = async (house: House): Promise<{ readonly dana: Guest; readonly page: Stop }> => {
  const dana = guest(house)
  return { dana, page: await dana.withPassword(await dana.browser.open(ownPage(house))) }
}

/** As far as the question whether Google's Ben is to be Dana's as well. */
export const asked = async (house: House, who: string = BEN) => {
  const { dana, page } = await danaAtHome(house)
  const chooser = await dana.browser.submit(page)
  return { dana, chooser, question: await dana.withGoogle(chooser, who) }
}

/** Lines of the log about something. */
export const events = (house: House, name: string) => house.lines.filter((line) => line.includes(`"${name}"`))
