import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attributes, escapeQuoted, html, inAscii } from './html.ts'

const HOSTILE = `"><script>alert('x')</script>&`

test('a value cannot leave the text it stands in', () => {
  const page = html`<p>${HOSTILE}</p>`.toString()
  assert.equal(page, '<p>&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</p>')
})

test('a value cannot leave the quotes it stands in', () => {
  assert.equal(html`<a href="${HOSTILE}">x</a>`.toString().split('"').length, 3)
  assert.equal(html`<a href='${HOSTILE}'>x</a>`.toString().split("'").length, 3)
})

test('markup built here is put in as it is, alone and in lists', () => {
  const rows = ['a', '<b>'].map((name) => html`<li>${name}</li>`)
  assert.equal(html`<ul>${rows}</ul>`.toString(), '<ul><li>a</li><li>&lt;b&gt;</li></ul>')
})

test('undefined and false leave nothing behind; zero and the empty string are values', () => {
  assert.equal(html`[${undefined}${false}${0}${''}]`.toString(), '[0]')
})

test('what merely looks like markup is text', () => {
  const impostor = { toString: () => '<script>' }
  // What a careless cast would let through.
  assert.throws(() => Reflect.apply(html, undefined, [['<p>', '</p>'], impostor]), TypeError)
})

test('a template that puts a value outside text and quotes is refused', () => {
  const name = 'x'
  assert.throws(() => html`<p class=${name}>`, TypeError)
  assert.throws(() => html`<${name}>`, TypeError)
  assert.throws(() => html`<script>${name}</script>`, TypeError)
  assert.throws(() => html`<style>a{color:${name}}</style>`, TypeError)
})

test('attributes are escaped, and stand inside a tag or nowhere', () => {
  const made = attributes({ 'aria-invalid': 'true', title: HOSTILE, autofocus: true, hidden: false, id: undefined })
  assert.equal(
    html`<input${made}>`.toString(),
    `<input aria-invalid="true" title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;" autofocus>`,
  )
  assert.throws(() => html`<p>${made}</p>`, TypeError)
  assert.throws(() => html`<p class="${made}">`, TypeError)
  assert.throws(() => attributes({ 'x onclick': 'y' }), TypeError)
})

test('a value after a whole script is text again', () => {
  assert.equal(html`<script src="a.js"></script><p>${'<'}</p>`.toString(), '<script src="a.js"></script><p>&lt;</p>')
})

test('a quoted value keeps its line ends and cannot leave its quotes', () => {
  assert.equal(escapeQuoted('a"b\'b&c\r\nd<e>'), 'a"b&#39;b&amp;c&#13;&#10;d<e>')
})

test('markup in ASCII says the same', () => {
  assert.equal(inAscii('<p>A – Zoë 🙂</p>'), '<p>A &#8211; Zo&#235; &#128578;</p>')
})
