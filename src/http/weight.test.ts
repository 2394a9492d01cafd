import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { fakeHttp } from '../../test/support/fake-sign-in.ts'
import { galleryStates } from '../../test/support/gallery-states.ts'
import { assets } from './assets.ts'

const KILOBYTE = 1_000

/** The page of a state, as it goes over the wire. */
const pageOf = async (name: string): Promise<string> => {
  const state = galleryStates[name]
  assert.ok(state?.kind === 'answer')
  const { server } = fakeHttp(() => state.answer)
  return (await server.app.inject({ url: '/login', headers: { host: 'id.fabrikam.example' } })).body
}

const packed = (text: string | Buffer): number => brotliCompressSync(text).length

test('the first page fits into the first packets: markup, looks and picture', async (t) => {
  const page = await pageOf('chooser-many')
  const files = assets.style.brotli.length + assets.icon.body.length
  t.diagnostic(`chooser ${page.length} bytes, style sheet ${assets.style.brotli.length} bytes, picture ${assets.icon.body.length} bytes`)
  assert.ok(packed(page) + assets.style.brotli.length <= 8 * KILOBYTE)
  assert.ok(page.length + files <= 14 * KILOBYTE, 'even where nobody packs pages')
})

test('no page refers to more than a style sheet, a picture and one script, all ours', async () => {
  for (const name of ['chooser', 'password', 'confirm', 'problem-again', 'waiting', 'finished', 'signed-out-elsewhere']) {
    const page = await pageOf(name)
    const loaded = [...page.matchAll(/<(?:link|script|img|iframe)\b[^>]*(?:href|src)="([^"]*)"/g)].map(([, address]) => address)
    assert.ok(loaded.length <= 3, name)
    for (const address of loaded) assert.match(address ?? '', /^\/static\//, name)
  }
})

test('pages that say little weigh little', async () => {
  for (const name of ['problem-again', 'waiting', 'signed-out-elsewhere']) assert.ok(packed(await pageOf(name)) <= 4 * KILOBYTE, name)
  for (const script of [assets.progress, assets.password]) assert.ok(script.brotli.length <= KILOBYTE, script.path)
})
