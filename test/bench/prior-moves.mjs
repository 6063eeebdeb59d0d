// How often `check` says of sound data that the default priors moved the posterior, in per cent of simulated data sets, and of which
// parameters: `node test/bench/prior-moves.mjs [SETS]`, 200 of each kind by default. Data as in model-tests-single.mjs: y ~ x + (1 | g).
import { resolveSettings } from '../../dist/samplers/run/sample-options.js'
import { sampleModel } from '../../dist/samplers/run/sample.js'
import { outerEstimates } from '../../dist/src/check/outer-estimates.js'
import { priorMoves } from '../../dist/src/check/prior-moves.js'
import { stateModel } from '../../dist/src/data/state-model.js'
import { estimate } from '../../dist/src/fit/climb/estimate.js'
import { glmOf } from '../../dist/src/fit/start/glm.js'
import { startFrom } from '../../dist/src/fit/start/start.js'
import { inlineExecutor } from '../../dist/src/inline-executor.js'
import { atMost } from '../../dist/src/likelihood/frame/integration-rule.js'
import { likelihood } from '../../dist/src/likelihood/likelihood.js'
import { priorsInForce } from '../../dist/src/likelihood/coordinates/priors-in-force.js'
import { stream } from '../../dist/src/random/stream.js'
import { dataOf, families, sizes } from './grouped-data.mjs'

const [sets = 200] = process.argv.slice(2)
for (const name of Object.keys(families)) {
  for (const [size, numbers] of Object.entries(sizes)) {
    const found = new Map()
    let [done, moved] = [0, 0]
    for (let r = 0; r < Number(sets); r++) {
      const table = dataOf(name, numbers, {}, stream({ seed: 11, replicate: r, purpose: 'simulation' }))
      const { family = name, trials } = families[name]
      const model = stateModel(trials ? 'cbind(y, n - y) ~ x + (1 | g)' : 'y ~ x + (1 | g)', table, { family })
      const like = likelihood(model)
      const best = estimate(like, atMost(7, like.rules), startFrom(like, glmOf(like.stated)))
      if (!best.converged) continue
      const settings = resolveSettings({ chains: 2, warmup: 500, draws: 500, seed: r + 1 })
      const sample = await sampleModel(model, settings, inlineExecutor)
      const comparison = outerEstimates(like, best).map(({ name, estimate: at, se }, j) => ({
        parameter: name,
        best: at,
        se,
        posteriorMean: sample.summary[j].mean,
        posteriorSd: sample.summary[j].sd,
      }))
      const moves = priorMoves(like, priorsInForce(model, settings.priors), sample.draws, comparison, 7)
      done++
      if (moves.length > 0) moved++
      for (const { parameter } of moves) found.set(parameter, (found.get(parameter) ?? 0) + 1)
    }
    const which = [...found].map(([parameter, count]) => `${parameter} ${count}`).join(', ') || 'none'
    console.log(`${name} | ${size} | ${((100 * moved) / done).toFixed(1)} of ${done} | ${which}`)
  }
}
