import fc from 'fast-check'

type Change = (address: string) => string

/** Splits `http://host:port/path` where the tricks are played. */
const parts = (address: string) => {
  const [, scheme = '', host = '', port = '', path = ''] = /^(https?:)\/\/([^:/]+)(:\d+)?(.*)$/.exec(address) ?? []
  return { scheme, host, port, path }
}

const onParts =
  (change: (at: ReturnType<typeof parts>) => string): Change =>
  (address) =>
    change(parts(address))

const FULLWIDTH: Change = (text) => text.replace(/[!-~]/g, (character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0))

/** Tricks that made other products send answers elsewhere. */
const tricks: readonly Change[] = [
  onParts(({ scheme, host, port, path }) => `${scheme}//${host}.evil.example${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//${host}@evil.example${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//evil.example@${host}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//a@b@${host}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//${host}:pass@evil.example${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//evil.example#@${host}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//evil.example?@${host}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//evil.example/${host}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//evil.example\\@${host}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}\\\\${host}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}/${host}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}///${host}${port}${path}`),
  onParts(({ host, port, path }) => `//${host}${port}${path}`),
  onParts(({ host, port, path }) => `ftp://${host}${port}${path}`),
  onParts(({ host, port, path }) => `https://${host}${port}${path}`),
  onParts(({ host, port, path }) => `javascript://${host}${port}${path}%0aalert(1)`),
  onParts(({ scheme, host, path }) => `${scheme}//${host}:1${path}`),
  onParts(({ scheme, host, path }) => `${scheme}//${host}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//${host}.${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//evil${host}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//${host.replace('o', 'о')}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//${FULLWIDTH(host)}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//${host.replace('.', '。')}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//${host.replace('.', '%2e')}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme.toUpperCase()}//${host}${port}${path}`),
  onParts(({ scheme, host, port, path }) => `${scheme}//${host.toUpperCase()}${port}${path}`),
  onParts(({ scheme, port, path }) => `${scheme}//127.0.0.1${port}${path}`),
  onParts(({ scheme, port, path }) => `${scheme}//[::1]${port}${path}`),
  (address) => `${address}/`,
  (address) => `${address}/../../evil`,
  (address) => `${address}/..`,
  (address) => `${address}//evil.example`,
  (address) => `${address}?next=https://evil.example/`,
  (address) => `${address}#evil`,
  (address) => `${address};a=b`,
  (address) => `${address}%2f`,
  (address) => `${address}%00.evil.example`,
  (address) => `${address}\0`,
  (address) => `${address}\t`,
  (address) => `${address}\r\nLocation: https://evil.example/`,
  (address) => ` ${address}`,
  (address) => `${address} `,
  (address) => `\t${address}`,
  (address) => `\u00a0${address}`,
  (address) => `\ufeff${address}`,
  (address) => `${address.slice(0, 4)}\t${address.slice(4)}`,
  (address) => `${address.slice(0, 6)}\n${address.slice(6)}`,
  (address) => `"><form action="https://evil.example/"><input value="${address}`,
  (address) => `'><form action='https://evil.example/'><input value='${address}`,
  (address) => `https://evil.example/?${address}`,
  (address) => `https://evil.example/#${address}`,
  (address) => `${address},https://evil.example/`,
  (address) => `${address}|https://evil.example/`,
  (address) => address.toUpperCase(),
  (address) => address.slice(0, -1),
  (address) => address.slice(1),
  (address) => encodeURIComponent(address),
  (address) => address.replace('/login', '/./login'),
  (address) => address.replace('/login', '/x/../login'),
  (address) => address.replace('.srf', '.SRF'),
  (address) => address.replace('.srf', '%2esrf'),
  FULLWIDTH,
  () => 'https://evil.example/',
  () => '//evil.example/',
  () => '/\\evil.example',
  () => '\\\\evil.example\\x',
  () => 'data:text/html,<script>alert(1)</script>',
  () => 'javascript:alert(1)',
  () => '.',
  () => '/',
]

/** Addresses that look like the registered one and are not it. Always the same ones, no two alike. */
export const foreignAddresses = (registered: string, count: number): readonly string[] => {
  const single = tricks.map((trick) => trick(registered))
  const twice = fc
    .sample(fc.array(fc.constantFrom(...tricks), { minLength: 2, maxLength: 3 }), { seed: 6, numRuns: count * 4 })
    .map((some) => some.reduce((address, trick) => trick(address), registered))
  return [...new Set([...single, ...twice])].filter((address) => address !== registered && address !== '').slice(0, count)
}
