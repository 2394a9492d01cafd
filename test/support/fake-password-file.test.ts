import { passwordFileConformance } from '../conformance/password-file.ts'
import { fakePasswordFile } from './fake-password-file.ts'

passwordFileConformance('the password file in memory', async () => fakePasswordFile().file)
