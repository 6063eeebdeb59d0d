import { GlmmError, type Warning } from '../../src/errors.js'
import { priorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { parsePrior } from '../../src/priors/parse-prior.js'
import { checkSeed } from '../../src/random/stream.js'
import { version } from '../../src/version.js'
import {
  convergedChange,
  integratePosterior,
  type IntegratedPosterior as PosteriorByGrid,
} from '../quadrature/quadrature.js'
import type { SampleOptions } from '../run/sample-options.js'
import type { PosteriorMethod } from './method.js'

/** Settings that chains have, and a grid has not. */
const ofChains = ['chains', 'warmup', 'draws', 'targetAccept', 'maxDepth'] as const

/** The posterior on a grid of the outer coordinates. What is Monte Carlo's does not exist in its record. */
export const grid: PosteriorMethod = {
  name: 'quadrature',
  draws: false,
  run: async ({ model, options, callOf }) => {
    const { priors: statements, seed } = gridSettings(options)
    const began = performance.now()
    const found = integratePosterior(model, statements)
    const sampleSeconds = (performance.now() - began) / 1000
    const { summary, outer: _, logMarginalLikelihood, whole: __, ...quadrature } = found
    const warnings: Warning[] = quadrature.settled ? [] : [{ code: 'QUADRATURE', message: unsettled(found) }]
    const diagnostics = { divergences: 0, maxTreedepthHits: 0, ebfmi: [], stepSize: [], acceptRate: [], warnings }
    return {
      record: {
        schema: 'glmm/posterior@1',
        version,
        call: callOf({ sampler: grid.name, priors: statements, priorOnly: false, seed }),
        warnings: [...model.warnings, ...warnings],
        formula: model.formula,
        family: model.family,
        link: model.link,
        priors: priorsInForce(model, statements).text,
        sampler: grid.name,
        chains: 0,
        warmup: 0,
        draws: 0,
        seed,
        nobs: model.nobs,
        dropped: model.dropped,
        summary,
        diagnostics,
        logMarginalLikelihood,
        quadrature,
        timing: {
          warmupSeconds: 0,
          sampleSeconds,
          minEssPerSecond: { outer: Number.NaN, all: Number.NaN },
        },
      },
      sample: null,
    }
  },
}

/** The settings of a grid; a USAGE error names one that it has not. */
function gridSettings(options: SampleOptions): { readonly priors: readonly string[]; readonly seed: number } {
  if (options.priorOnly) {
    const hint = 'use the sampler nuts with --prior-only'
    throw new GlmmError('USAGE', 'expected a posterior for the sampler quadrature, got the prior alone', hint)
  }
  const given = ofChains.find((name) => options[name] !== undefined)
  if (given) {
    const message = `expected no ${given} with the sampler ${grid.name}, which has no chains, got ${options[given]}`
    throw new GlmmError('USAGE', message, 'leave it out, or use a sampler that draws')
  }
  return { priors: (options.priors ?? []).map((text) => parsePrior(text).text), seed: checkSeed(options.seed ?? 1) }
}

/** What keeps a posterior from counting as exact. */
function unsettled({ whole, change, nodes, grid }: PosteriorByGrid): string {
  const instead = 'compare with the sampler marginal or nuts'
  if (!whole) return `the grid of ${grid.join(' x ')} nodes was cut short, it has too many points; ${instead}`
  if (change <= convergedChange) {
    return `the integral over the random effects has not converged with ${nodes} nodes; ${instead}`
  }
  const moved = `${change.toPrecision(2)} standard deviations (limit ${convergedChange})`
  return `the grid is not fine enough: half of its points, or one node less, moves a figure by ${moved}; ${instead}`
}
