/** Step size adaptation by dual averaging (Nesterov 2009; Hoffman and Gelman 2014, section 3.2.1). */
export interface DualAveraging {
  /** Step size to use next. */
  current: () => number
  /** Averaged step size, to keep once adaptation ends. */
  average: () => number
  update: (acceptRate: number) => void
  /** Starts over around a step size. */
  restart: (stepSize: number) => void
}

const shrinkage = 0.05 // gamma: pull toward mu
const offset = 10 // t0: damps the first steps
const decay = 0.75 // kappa: how fast old steps are forgotten

/** Steers the acceptance rate to `target`. */
export function dualAveraging(stepSize: number, target: number): DualAveraging {
  let mu = 0
  let t = 0
  let error = 0
  let logStep = 0
  let logAverage = 0
  const restart = (start: number): void => {
    mu = Math.log(10 * start)
    t = 0
    error = 0
    logStep = Math.log(start)
    logAverage = Math.log(start)
  }
  restart(stepSize)
  return {
    restart,
    current: () => Math.exp(logStep),
    average: () => Math.exp(logAverage),
    update: (acceptRate) => {
      t++
      const rate = Number.isFinite(acceptRate) ? Math.min(acceptRate, 1) : 0
      error += (target - rate - error) / (t + offset)
      logStep = mu - (Math.sqrt(t) / shrinkage) * error
      const weight = t ** -decay
      logAverage = t === 1 ? logStep : weight * logStep + (1 - weight) * logAverage
    },
  }
}
