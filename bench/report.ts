/** The middle one. */
export const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)] ?? Number.NaN

export interface Figure {
  readonly what: string
  readonly measured: number
  readonly target: number
  /** Whether more or less is better. */
  readonly wanted: 'at least' | 'at most'
  readonly unit?: string
}

/** Prints a figure beside its target, whether it was met or not. */
export const report = ({ what, measured, target, wanted, unit = '' }: Figure): void => {
  const isMet = wanted === 'at least' ? measured >= target : measured <= target
  console.log(`${isMet ? 'met   ' : 'missed'}  ${what}: ${digits(measured)}${unit} (${wanted} ${target}${unit})`)
}

export const digits = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3))
