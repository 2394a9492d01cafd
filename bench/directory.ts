// A directory with one person in it, in a process of its own, so that what it costs itself is not measured. Says on its
// first line where it listens and which authority to trust; ends with its standard input.
import { fakeLdap } from '../test/support/fake-ldap.ts'
import { authority } from '../test/support/fake-ldap-certificates.ts'
import { ALICE, SERVICE } from '../test/support/fake-ldap-stage.ts'

const { certificate, certify, remove } = authority()
const directory = await fakeLdap({ entries: [{ ...SERVICE, attributes: {} }, ALICE], certificate: certify(), ldaps: true })
remove()
console.log(JSON.stringify({ port: directory.port, ca: certificate }))
process.stdin.resume().once('end', () => process.exit())
