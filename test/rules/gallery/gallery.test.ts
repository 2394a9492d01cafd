import { gallery } from './gallery.ts'
import { tryInProcess } from './in-process.ts'

await tryInProcess(gallery)
