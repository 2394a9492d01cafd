/**
 * What can be made to happen. `times`: how often it strikes before it turns itself off; 0 means until it is turned off.
 * `sentence` is what the demo page says.
 */
export const scenarioTable = {
  noSeats: { sentence: 'No license is free: newcomers wait for a seat.', options: {} },
  slowDirectory: { sentence: 'Graph shows what was written much later.', options: { delayMs: 20_000 } },
  slowSignIn: { sentence: 'Microsoft’s login learns of new people much later.', options: { delayMs: 45_000 } },
  throttled: { sentence: 'Graph answers 429 with Retry-After.', options: { retryAfterSeconds: 10, times: 3 } },
  nameTaken: { sentence: 'Somebody else already has the name the next newcomer would get.', options: { times: 1 } },
  removedInEntra: { sentence: 'An administrator has removed the people Usher made.', options: {} },
  disabledInEntra: { sentence: 'An administrator has disabled the people Usher made.', options: {} },
  createdBut504: { sentence: 'The next person is created, yet Graph answers 504.', options: { times: 1 } },
  licensedBut504: { sentence: 'The next license is assigned, yet Graph answers 504.', options: { times: 1 } },
  // `kinds`: status codes, and `reset`, `half` (of an answer) and `hang` for those who ask.
  randomFaults: {
    sentence: 'Graph fails at random, before or after it did what was asked.',
    options: { seed: 1, rate: 0.3, kinds: '429 500 502 503 504' },
  },
  graphDown: { sentence: 'Graph answers 503 to everything.', options: { times: 0 } },
  graphHangs: { sentence: 'Graph takes requests and never answers.', options: { times: 0 } },
  graphHtml: { sentence: 'A gateway in front of Graph answers 502 with a web page.', options: { times: 0 } },
  concurrencyConflict: { sentence: 'Writes meet a concurrency violation (409).', options: { times: 2 } },
  tokenRefused: { sentence: 'Graph takes no access token (401).', options: { times: 1 } },
  permissionLost: { sentence: 'The app’s permissions were taken away (403).', options: {} },
  usageLocationLag: {
    sentence: 'Licenses are refused until the usage location has spread.',
    options: { delayMs: 8_000 },
  },
  tokenEndpointDown: { sentence: 'Microsoft’s token endpoint answers 503.', options: { times: 0 } },
  requireMfa: { sentence: 'Microsoft asks the identity provider for a second factor.', options: {} },
  refuseReplay: { sentence: 'Microsoft takes each assertion once.', options: {} },
  requestShape: { sentence: 'Microsoft sends its requests in one chosen shape.', options: { shape: 'B' } },
  googleSecondFactor: { sentence: 'Google says that a second factor was used.', options: {} },
  googleMisbehaves: {
    sentence: 'Google’s answers are wrong in one chosen way.',
    options: { how: 'wrongNonce', times: 0 },
  },
  socialMisbehaves: {
    sentence: 'LinkedIn’s and Facebook’s answers are wrong in one chosen way.',
    options: { how: 'foreignToken', times: 0 },
  },
} as const

export type ScenarioName = keyof typeof scenarioTable

/** Options of a scenario with their literal types widened: `10` is a number, `'B'` a string. */
type Widened<T> = { readonly [K in keyof T]: T[K] extends number ? number : T[K] extends string ? string : T[K] }
export type ScenarioOptions<N extends ScenarioName> = Widened<(typeof scenarioTable)[N]['options']>

/** Which scenarios are on. They live in memory only: a new run starts well. */
export interface Scenarios {
  readonly isOn: (name: ScenarioName) => boolean
  /** The options when the scenario is on; undefined when off. Counts nothing. */
  readonly look: <N extends ScenarioName>(name: N) => ScenarioOptions<N> | undefined
  /** As `look`, and uses up one of its `times`. */
  readonly strike: <N extends ScenarioName>(name: N) => ScenarioOptions<N> | undefined
  readonly set: (name: ScenarioName, on: boolean, options?: Readonly<Record<string, unknown>>) => void
  readonly list: () => readonly ScenarioReading[]
  readonly clear: () => void
}

export interface ScenarioReading {
  readonly name: ScenarioName
  readonly on: boolean
  readonly sentence: string
  readonly options: Readonly<Record<string, unknown>>
}

interface Setting {
  on: boolean
  options: Readonly<Record<string, unknown>>
}

const names = Object.keys(scenarioTable).filter(isScenarioName)

export function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(scenarioTable, name)
}

/** Only options the table knows, and of the type it has there. */
const accepted = (name: ScenarioName, wanted: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const defaults: Readonly<Record<string, unknown>> = scenarioTable[name].options
  const known = Object.entries(wanted).filter(([key, value]) => typeof value === typeof defaults[key])
  return { ...defaults, ...Object.fromEntries(known) }
}

export const createScenarios = (): Scenarios => {
  const settings = new Map<ScenarioName, Setting>()
  const settingOf = (name: ScenarioName): Setting => settings.get(name) ?? { on: false, options: scenarioTable[name].options }
  const look = <N extends ScenarioName>(name: N): ScenarioOptions<N> | undefined => {
    const setting = settingOf(name)
    // `accepted` keeps exactly the table's options and their types, which the compiler cannot follow.
    return setting.on ? (setting.options as unknown as ScenarioOptions<N>) : undefined
  }
  const useUp = (name: ScenarioName): void => {
    const setting = settings.get(name)
    const times = setting?.options['times']
    if (setting === undefined || typeof times !== 'number' || times === 0) return
    setting.on = times > 1
    setting.options = { ...setting.options, times: times - 1 }
  }
  return {
    isOn: (name) => settingOf(name).on,
    look,
    strike: (name) => {
      const options = look(name)
      if (options !== undefined) useUp(name)
      return options
    },
    set: (name, on, options = {}) => settings.set(name, { on, options: accepted(name, options) }),
    list: () => names.map((name) => ({ name, sentence: scenarioTable[name].sentence, ...settingOf(name) })),
    clear: () => settings.clear(),
  }
}
