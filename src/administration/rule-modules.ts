import { createRequire } from 'node:module'

const fromHere = createRequire(import.meta.url)

/** Whether rules can `require` a module by this name, with or without a version. */
export const hasModule = (name: string): boolean => {
  const modules: unknown = fromHere('../rules/inside/modules.cjs')
  const isKnown: unknown = typeof modules === 'object' && modules !== null && Reflect.get(modules, 'isKnownModule')
  return typeof isKnown === 'function' && isKnown(name) === true
}
