import { importConformance } from '../../../test/conformance/stores/imports.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(importConformance)
