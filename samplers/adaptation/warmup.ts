import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Rng } from '../../src/random/stream.js'
import { dualAveraging } from './dual-averaging.js'
import type { Tuning, Walk } from '../kernels/kernel.js'
import type { Metric } from '../kernels/metric.js'
import { metricEstimate } from './metric-estimate.js'
import { reasonableStepSize } from './step-size.js'
import { windows } from './windows.js'

/** Takes a chain through the warm-up, steering the step size all the way and renewing the metric window by window. */
export function warmUp(
  chain: Walk,
  density: LogDensity,
  first: Metric,
  rng: Rng,
  { warmup, targetAccept }: { readonly warmup: number; readonly targetAccept: number | null },
  afterStep: (iteration: number) => void,
): Tuning {
  if (targetAccept === null) {
    const tuning = { metric: first, stepSize: Number.NaN }
    for (let iteration = 0; iteration < warmup; iteration++) {
      chain.step(tuning, rng)
      afterStep(iteration)
    }
    return tuning
  }
  const schedule = windows(warmup)
  const estimate = metricEstimate(density.dimension)
  const stop = schedule.ends.at(-1) ?? 0
  let metric = first
  const stepSize = (from: number): number => reasonableStepSize(density, chain.state(), metric, from, rng)
  const steps = dualAveraging(stepSize(1), targetAccept)
  for (let iteration = 0; iteration < warmup; iteration++) {
    const { acceptRate } = chain.step({ metric, stepSize: steps.current() }, rng)
    steps.update(acceptRate)
    const { x, gradient } = chain.state()
    if (iteration >= schedule.first && iteration < stop) estimate.add(x, gradient)
    if (schedule.ends.includes(iteration + 1)) {
      metric = estimate.metric() ?? metric
      estimate.reset()
      steps.restart(stepSize(steps.current()))
    }
    afterStep(iteration)
  }
  return { metric, stepSize: warmup > 0 ? steps.average() : steps.current() }
}
