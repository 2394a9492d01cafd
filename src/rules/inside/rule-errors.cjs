// @ts-check
'use strict'
// The errors that rules find as globals, and what may be said of any error.

const LONGEST_MESSAGE = 500
const LONGEST_NAME = 100

/**
 * A class of errors that may be made with `new` or without, as rules in the wild do.
 * @param {string} name
 * @param {(...said: any[]) => { message: unknown, [more: string]: unknown }} read
 */
const errorCalled = (name, read) => {
  /** @param {...unknown} said */
  function Made(...said) {
    const { message = '', ...more } = read(...said)
    const error = Reflect.construct(Error, [message], new.target || Made)
    return Object.assign(error, more)
  }
  Object.setPrototypeOf(Made, Error)
  Made.prototype = Object.create(Error.prototype, {
    constructor: { value: Made, writable: true, configurable: true },
    name: { value: name, writable: true, configurable: true },
  })
  Object.defineProperty(Made, 'name', { value: name })
  return Made
}

const UnauthorizedError = errorCalled('UnauthorizedError', (message) => ({ message }))

const ruleErrors = {
  /** Refuses the person with a sentence for them. */
  UnauthorizedError,
  ValidationError: errorCalled('ValidationError', (code, message) => ({ message, code })),
  WrongUsernameOrPasswordError: errorCalled('WrongUsernameOrPasswordError', (user, message) => ({ message: message ?? user })),
}

/**
 * An error's name and its sentence, and nothing else of it: errors of requests carry what was sent, secrets included.
 * @param {unknown} error anything that was thrown, rejected or called back with
 * @param {(text: string) => string} [redact]
 * @returns {{ name: string, message: string, isRefusal: boolean }}
 */
const sanitized = (error, redact = (text) => text) => {
  try {
    if (typeof error !== 'object' || error === null) return said('Error', String(error), redact)
    const { name, message, description } = Object(error)
    const sentence = [message, description].find((one) => typeof one === 'string') ?? 'something that is no error'
    const isRefusal = error instanceof UnauthorizedError || name === 'UnauthorizedError'
    return { ...said(typeof name === 'string' ? name : 'Error', sentence, redact), isRefusal }
  } catch {
    return said('Error', 'an error that cannot be shown', redact)
  }
}

/**
 * @param {string} name
 * @param {string} message
 * @param {(text: string) => string} redact
 */
const said = (name, message, redact) => ({
  name: name.slice(0, LONGEST_NAME),
  message: redact(message.slice(0, 4 * LONGEST_MESSAGE)).slice(0, LONGEST_MESSAGE),
  isRefusal: false,
})

module.exports = { ruleErrors, sanitized }
