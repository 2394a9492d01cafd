'use strict'
// Actions: `exports.onExecutePostLogin = async (event, api) => {…}`.

/** @returns {Promise<{ kind: 'passed' } | { kind: 'denied', message: string, isRefusal: boolean }>} */
const runAction = async () => ({ kind: 'denied', message: 'actions do not run yet', isRefusal: false })

module.exports = { runAction }
