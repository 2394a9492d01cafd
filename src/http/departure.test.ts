import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from '#kernel/visit.ts'
import { departureOf } from './departure.ts'

const publicUrl = new URL('https://id.fabrikam.example')
const page = { method: 'GET', path: '/sign-in/:transaction', kind: 'navigation' } as const
const next = { method: 'GET', path: '/sign-in/:transaction/next', kind: 'navigation', followsPost: true } as const
const arrival = { method: 'GET', path: '/wsfed', kind: 'navigation' } as const
const form = { method: 'POST', path: '/sign-in/:transaction/password', kind: 'own-form' } as const
const message = { method: 'POST', path: '/wsfed', kind: 'message' } as const

const postForm: Answer = { kind: 'post-form', action: 'https://login.example/login.srf', fields: {} }
const away: Answer = { kind: 'redirect', location: 'https://accounts.example/authorize?a=b%20c' }
const own: Answer = { kind: 'redirect', location: '/sign-in/t1/next' }
const wait: Answer = { kind: 'wait', transaction: 't1' }
const defect = { code: 'internal_error' }

test('a person who asked for a page is redirected where the sign-in goes on', () => {
  assert.deepEqual(departureOf(away, page, publicUrl), { kind: 'redirect', status: 302, location: away.location })
})

test('a form that went on is answered with a redirect to ourselves', () => {
  const departure = departureOf(own, form, publicUrl)
  assert.deepEqual(departure, { kind: 'redirect', status: 303, location: 'https://id.fabrikam.example/sign-in/t1/next' })
})

test('a form is never answered by leaving our origin', () => {
  assert.throws(() => departureOf(away, form, publicUrl), defect)
  assert.throws(() => departureOf(postForm, form, publicUrl), defect)
  assert.throws(() => departureOf(postForm, message, publicUrl), defect)
  assert.throws(() => departureOf({ kind: 'redirect', location: '//evil.example/' }, form, publicUrl), defect)
})

test('after a form every redirect becomes a page that goes on by itself', () => {
  assert.deepEqual(departureOf(away, next, publicUrl), { kind: 'onward', location: away.location })
  assert.deepEqual(departureOf(own, next, publicUrl), { kind: 'onward', location: 'https://id.fabrikam.example/sign-in/t1/next' })
})

test('a message that ends elsewhere, such as a sign-out, is answered with a page that goes there', () => {
  assert.deepEqual(departureOf(away, message, publicUrl), { kind: 'onward', location: away.location })
})

test('waiting is shown where it can be opened again', () => {
  assert.deepEqual(departureOf(wait, page, publicUrl), { kind: 'progress', transaction: 't1' })
  assert.deepEqual(departureOf(wait, next, publicUrl), { kind: 'progress', transaction: 't1' })
  assert.deepEqual(departureOf(wait, form, publicUrl), { kind: 'redirect', status: 303, location: '/sign-in/t1/next' })
  assert.deepEqual(departureOf(wait, arrival, publicUrl), { kind: 'redirect', status: 302, location: '/sign-in/t1/next' })
})

test('nothing leads to a script or to nowhere', () => {
  for (const location of ['javascript:alert(1)', 'data:text/html,x', 'http://']) {
    assert.throws(() => departureOf({ kind: 'redirect', location }, page, publicUrl), defect, location)
    assert.throws(() => departureOf({ kind: 'post-form', action: location, fields: {} }, page, publicUrl), defect, location)
  }
})
