/** Mean and spread of numbers that are not kept (Welford 1962). */
export interface RunningMoments {
  readonly add: (value: number) => void
  readonly count: () => number
  /** NaN of none. */
  readonly mean: () => number
  /** With n - 1; NaN of fewer than two. */
  readonly variance: () => number
  readonly sd: () => number
}

export function runningMoments(): RunningMoments {
  let n = 0
  let mean = 0
  let squares = 0
  const variance = (): number => (n > 1 ? squares / (n - 1) : Number.NaN)
  return {
    add: (value) => {
      n++
      const step = value - mean
      mean += step / n
      squares += step * (value - mean)
    },
    count: () => n,
    mean: () => (n > 0 ? mean : Number.NaN),
    variance,
    sd: () => Math.sqrt(variance()),
  }
}
