import { peopleConformance } from '../../../test/conformance/stores/people.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase(peopleConformance)
