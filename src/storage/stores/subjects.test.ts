import { bindingConformance, subjectConformance } from '../../../test/conformance/stores/subjects.ts'
import { onEachDatabase } from '../../../test/support/stores.ts'

onEachDatabase((name, open) => {
  subjectConformance(name, open)
  bindingConformance(name, open)
})
