import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { entities } from './entities.ts'
import { operations } from './operations.ts'

// Microsoft publishes the document at https://graph.microsoft.com/v1.0/$metadata; it is not kept in this repository.
const file = process.env.GRAPH_METADATA
const words: Readonly<Record<string, string>> = {
  'Edm.String': 'text',
  'Edm.Boolean': 'flag',
  'Edm.Int32': 'whole',
  'Edm.DateTimeOffset': 'instant',
  'Edm.Guid': 'guid',
}

const read = (path: string): string => {
  const bytes = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

const attribute = (tag: string, name: string): string | undefined => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]

const element = (csdl: string, kind: string, name: string): string | undefined =>
  new RegExp(`<${kind} Name="${name}"[^>]*?(?:/>|>[\\s\\S]*?</${kind}>)`).exec(csdl)?.[0]

const bareName = (type: string): string => type.slice(type.lastIndexOf('.') + 1)

const publishedRows = (csdl: string, name: string): ReadonlyMap<string, string> => {
  const text = element(csdl, 'EntityType', name) ?? element(csdl, 'ComplexType', name)
  assert.ok(text !== undefined, `${name} is not in the metadata`)
  const base = attribute(text.slice(0, text.indexOf('>')), 'BaseType')
  const rows = new Map(base === undefined ? [] : publishedRows(csdl, bareName(base)))
  for (const [tag] of text.matchAll(/<Property [^>]*>/g)) rows.set(attribute(tag, 'Name') ?? '', notation(csdl, tag))
  return rows
}

const notation = (csdl: string, tag: string): string => {
  const type = attribute(tag, 'Type') ?? ''
  const inner = /^Collection\((.*)\)$/.exec(type)?.[1] ?? type
  const members = element(csdl, 'EnumType', bareName(inner))
  const choice = [...(members ?? '').matchAll(/<Member Name="(\w+)"/g)].map((match) => match[1])
  const word = words[inner] ?? (members === undefined ? `@${bareName(inner)}` : choice.join('|'))
  if (inner !== type) return `${word}[]`
  return attribute(tag, 'Nullable') === 'false' ? word : `${word}?`
}

// Members for future use never come over the wire.
const agrees = (ours: string, theirs: string | undefined): boolean =>
  theirs !== undefined && ours === theirs.replaceAll('|unknownFutureValue', '')

test('every row agrees with the metadata Microsoft publishes', {
  skip: file === undefined && 'GRAPH_METADATA is not set',
}, () => {
  const csdl = read(file ?? '')
  let compared = 0
  for (const [name, rows] of Object.entries(entities)) {
    const published = publishedRows(csdl, name)
    for (const [property, ours] of Object.entries(rows)) {
      // Keys are declared by the base of all entities, which is not part of every copy.
      if (property === 'id') continue
      compared += 1
      assert.ok(agrees(ours, published.get(property)), `${name}.${property}: ${ours}, not ${published.get(property)}`)
    }
  }
  assert.ok(compared > 110)
})

test('every action exists in the metadata Microsoft publishes', {
  skip: file === undefined && 'GRAPH_METADATA is not set',
}, () => {
  const csdl = read(file ?? '')
  for (const { path, request, method } of operations) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (method !== 'POST' || request?.kind === 'entity') continue
    const actions = [...csdl.matchAll(new RegExp(`<Action Name="${name}"[\\s\\S]*?</Action>`, 'g'))].map(([text]) => text)
    assert.ok(actions.length > 0, `${name} is not in the metadata`)
    for (const parameter of Object.keys(request?.rows ?? {})) {
      const isKnown = actions.some((text) => text.includes(`<Parameter Name="${parameter}"`))
      assert.ok(isKnown, `${name} has no parameter ${parameter}`)
    }
  }
})
