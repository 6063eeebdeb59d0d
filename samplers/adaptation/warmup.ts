import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Rng } from '../../src/random/stream.js'
import { dualAveraging } from './dual-averaging.js'
import { emptyInfo, type Kernel, type State } from '../kernels/kernel.js'
import type { Metric } from '../kernels/metric.js'
import { metricEstimate } from './metric-estimate.js'
import { reasonableStepSize } from './step-size.js'
import { windows } from './windows.js'

/** What a warmed-up chain goes on with. */
export interface Tuning {
  readonly metric: Metric
  /** NaN where the sampler has none. */
  readonly stepSize: number
}

/** Walks `state` through the warm-up, steering the step size all the way and renewing the metric window by window. */
export function warmUp(
  kernel: Kernel,
  density: LogDensity,
  state: State,
  metric: Metric,
  rng: Rng,
  { warmup, targetAccept }: { readonly warmup: number; readonly targetAccept: number | null },
  afterStep: (iteration: number, divergent: boolean) => void,
): Tuning {
  const info = emptyInfo()
  const schedule = windows(warmup)
  const estimate = metricEstimate(density.dimension)
  const stop = schedule.ends.at(-1) ?? 0
  let current = metric
  if (targetAccept === null) {
    for (let iteration = 0; iteration < warmup; iteration++) {
      kernel.step(state, current, 1, rng, info)
      afterStep(iteration, info.divergent)
    }
    return { metric: current, stepSize: Number.NaN }
  }
  const steps = dualAveraging(reasonableStepSize(density, state, current, 1, rng), targetAccept)
  for (let iteration = 0; iteration < warmup; iteration++) {
    kernel.step(state, current, steps.current(), rng, info)
    steps.update(info.acceptRate)
    if (iteration >= schedule.first && iteration < stop) estimate.add(state.x, state.gradient)
    if (schedule.ends.includes(iteration + 1)) {
      current = estimate.metric() ?? current
      estimate.reset()
      steps.restart(reasonableStepSize(density, state, current, steps.current(), rng))
    }
    afterStep(iteration, info.divergent)
  }
  return { metric: current, stepSize: warmup > 0 ? steps.average() : steps.current() }
}
