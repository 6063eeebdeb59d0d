import { type OuterLook, outerLook } from '../../samplers/place/outer-look.js'
import type { ChainSettings } from '../../samplers/run/plan-chains.js'
import { type Sample, type SampleHooks, sampleModel } from '../../samplers/run/sample.js'
import { sampleRecord } from '../../samplers/run/sample-record.js'
import type { Model } from '../data/model.js'
import { GlmmError } from '../errors.js'
import type { Executor } from '../executor.js'
import { secondOrderLevels } from '../fit/limits/certificate-second-order.js'
import { usualDegreesOfFreedom } from '../fit/df/degrees-of-freedom.js'
import type { Estimate } from '../fit/results/estimate.js'
import { endsFrom, fixedEstimates, randomEstimates } from '../fit/record/estimates.js'
import { fixedPart } from '../fit/record/fixed-part.js'
import { climbLadder } from '../fit/climb/ladder.js'
import { checkedModel } from '../fit/tests/tested-fit.js'
import { hasOneFactor } from '../likelihood/frame/level-structure.js'
import { unknownModes } from '../likelihood/frame/conditional-effects.js'
import { adaptive, laplaceRule } from '../likelihood/frame/integration-rule.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import { version } from '../version.js'
import type { CheckRecord, Comparison, Effect, Ratio, Rung } from './check-record.js'
import { crossCheck } from './cross-check.js'
import { judge } from './judge.js'
import { outerEstimates, outerPositions } from './outer-estimates.js'
import { priorMoves, sayPriorMove } from './prior-moves.js'

/** The ladder climbs at least so far, converged or not, so that a reader sees the estimates converge. */
const atLeastNodes = 13

/** A check's record, with the draws behind its posterior. */
export interface Checked {
  readonly record: CheckRecord
  readonly sample: Sample
}

/**
 * Is Laplace's approximation good enough for this model? Climbs the ladder, samples the posterior, compares. And does the
 * model hold for the data? Tests it by replicates at the best rung.
 */
export async function checkModel(
  model: Model,
  settings: ChainSettings & { readonly chains: number },
  executor: Executor,
  call: CheckRecord['call'],
  hooks: SampleHooks = {},
  look: OuterLook = outerLook(model, settings.priors),
): Promise<Checked> {
  const { likelihood: like, priors } = look
  const { terms } = like.layout
  if (terms.length === 0) {
    const hint = 'add one, such as (1 | group); without random effects there is no integral, and `glmm fit` is exact'
    throw new GlmmError('MODEL', `expected a random term to check the integral over, got ${model.formula}`, hint)
  }
  const ladder = climbLadder(like, atLeastNodes)
  const laplace = ladder.climbed[0].estimate
  const best = ladder.climbed.at(-1)!.estimate
  const { nodes } = ladder.climbed.filter(({ importance }) => !importance).at(-1)!.estimate
  const sample = await sampleModel(model, settings, executor, hooks, look)
  if (sample.interruption) throw sample.interruption
  const posterior = sampleRecord(model, settings, sample, call)
  const crossed = crossCheck(like, priors, sample.draws, nodes)
  const comparison = compare(like, laplace, best, sample, crossed?.paretoK ?? Number.NaN)
  const { verdict, reasons } = judge(ladder, comparison, posterior, crossed)
  const moves = priorMoves(like, priors, sample.draws, comparison, nodes)
  const moved = moves.map((move) => ({ code: 'PRIOR', message: sayPriorMove(move) }))
  const tested = checkedModel(like.stated, best, settings.seed)
  const nested = !hasOneFactor(like.layout)
  const rungs = ladder.climbed.map(
    ({ estimate, importance, maxShiftInSe, milliseconds }): Rung => ({
      method: importance ? 'importance' : estimate.nodes === 1 ? 'laplace' : nested ? 'nested-agq' : 'agq',
      nodes: estimate.nodes,
      logLik: estimate.logLik,
      fixed: rungFixed(like, estimate),
      random: randomEstimates(like, estimate),
      maxShiftInSe,
      milliseconds,
    }),
  )
  const record: CheckRecord = {
    schema: 'glmm/check@1',
    version,
    call,
    warnings: [...posterior.warnings, ...moved],
    formula: model.formula,
    family: model.family,
    link: model.link,
    nobs: model.nobs,
    dropped: model.dropped,
    groups: Object.fromEntries(terms.map(({ term }) => [term.group, term.levels.length])),
    rungs,
    posterior,
    comparison,
    ratios: ratios(like, rungs.at(-1)!, sample),
    clusters: !laplace.unbounded ? clusterErrors(like, laplace, nodes) : [],
    effects: effects(like, best, sample),
    verdict,
    reasons: [...reasons, ...moved.map(({ message }) => message)],
    priorMoves: moves,
    ...tested,
  }
  return { record, sample }
}

/** As a fit of these estimates reports them. */
function rungFixed(like: Likelihood, estimate: Estimate): Rung['fixed'] {
  const part = fixedPart(like, estimate, { terms: [] })
  const df = usualDegreesOfFreedom(part, like, estimate)
  return fixedEstimates(part.names, part.beta, part.se, 0.95, df, endsFrom(estimate, 0))
}

function compare(like: Likelihood, laplace: Estimate, best: Estimate, sample: Sample, paretoK: number): Comparison[] {
  const approximate = outerEstimates(like, laplace)
  const positions = outerPositions(like)
  return outerEstimates(like, best).map(({ name, estimate, se }, j) => {
    const summary = sample.summary[j]
    const difference = approximate[j].estimate - estimate
    return {
      parameter: name,
      laplace: approximate[j].estimate,
      best: estimate,
      se,
      runsTo: best.runs.find(({ at }) => at === positions[j])?.to ?? null,
      shiftInSe: se === null ? null : difference / se,
      posteriorMean: summary.mean,
      posteriorSd: summary.sd,
      lower: summary.q2_5,
      upper: summary.q97_5,
      paretoK: Number.isFinite(paretoK) ? paretoK : null,
    }
  })
}

/** exp(coefficient) where the link gives it a name; the intercept is an odds or a rate, not a ratio. */
function ratios({ stated: { model, family } }: Likelihood, best: Rung, sample: Sample): Ratio[] {
  const kind = family.ratio(model.link)
  if (!kind) return []
  const exp = (x: number | null): number | null => (x === null ? null : Math.exp(x))
  return best.fixed.flatMap((fixed, j): Ratio[] => {
    if (fixed.name === '(Intercept)') return []
    const { q50, q2_5, q97_5 } = sample.summary[j]
    return [
      {
        kind,
        name: fixed.name,
        estimate:
          fixed.runsTo === null ? Math.exp(fixed.estimate) : fixed.runsTo === 'Inf' ? Number.POSITIVE_INFINITY : 0,
        lower: exp(fixed.lower),
        upper: exp(fixed.upper),
        posteriorMedian: Math.exp(q50),
        posteriorLower: Math.exp(q2_5),
        posteriorUpper: Math.exp(q97_5),
      },
    ]
  })
}

/** Error of each cluster's Laplace log-likelihood against the best rung's, at Laplace's estimates, largest first. */
function clusterErrors(like: Likelihood, laplace: Estimate, bestNodes: number): CheckRecord['clusters'] {
  if (!like.factor || bestNodes === 1) return secondOrderLevels(like, laplace.parameters)
  const approximate = like.marginal(laplaceRule).byLevel(laplace.parameters)
  const integrated = like.marginal(adaptive(bestNodes)).byLevel(laplace.parameters)
  if (!approximate || !integrated) return []
  const { group, levels } = like.factor
  return levels
    .map((level, g) => ({ group, level, logLikError: approximate[g] - integrated[g] }))
    .sort((a, b) => Math.abs(b.logLikError) - Math.abs(a.logLikError))
}

function effects(like: Likelihood, best: Estimate, sample: Sample): Effect[] {
  const modes = (like.effectsAt(best.parameters) ?? unknownModes(like.stated)).terms
  return like.coordinates.terms.flatMap(({ laid, q, effects: first }, t) => {
    const { group, levels, names } = laid.term
    const { mode, sd } = modes[t]
    return Array.from(mode, (value, i): Effect => {
      const { mean, q2_5, q97_5 } = sample.summary[sample.outer + first + i]
      const level = levels[Math.floor(i / q)]
      return { group, level, name: names[i % q], mode: value, modeSd: sd[i], mean, lower: q2_5, upper: q97_5 }
    })
  })
}
