import { readFileSync } from 'node:fs'

const PAGE_BYTES = 4096

/** The process at the end of a chain of wrappers; the one that was named where the system does not say. */
export const innermost = (pid: number): number => {
  const [child] = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean)
  return child ? innermost(Number(child)) : pid
}

/** Resident memory in bytes; 0 where the system does not say. */
export const residentBytes = (pid: number): number => Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE_BYTES

const read = (file: string): string => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
