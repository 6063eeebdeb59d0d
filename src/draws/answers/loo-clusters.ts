import type { Model } from '../../data/model.js'
import { GlmmError, type Warning } from '../../errors.js'
import { nearestName } from '../../nearest-name.js'
import type { MarginalDensity } from '../../likelihood/frame/log-density.js'
import { adaptive } from '../../likelihood/frame/integration-rule.js'
import { type Likelihood, likelihood } from '../../likelihood/likelihood.js'
import { type DrawnCoordinates, drawnCoordinates } from '../drawn-coordinates.js'
import { drawnModel, type Sampled } from '../drawn-model.js'
import { chainCount } from '../draws.js'
import { fromPosterior, looRecord } from './loo.js'
import { looPoint } from './loo-point.js'
import type { LooRecord } from './loo-record.js'

/** What is left out. */
export interface LooClustersOptions {
  /** The grouping factor whose clusters are left out; the only or the outermost one unless given. */
  readonly group?: string | undefined
}

/** Every cluster's log-likelihood at draw s with so many nodes, its effects integrated out. */
type ClusterLogLik = (s: number, nodes: number) => Float64Array

interface Clusters {
  readonly group: string
  readonly levels: readonly string[]
  readonly mostNodes: number
  readonly logLik: ClusterLogLik
}

/**
 * Leave-one-cluster-out cross-validation: Pareto smoothed importance sampling of whole clusters, whose log-likelihood at
 * each draw has the cluster's effects integrated out by adaptive quadrature, so that it predicts a new cluster (Merkle,
 * Furr and Rabe-Hesketh 2019, "Bayesian comparison of latent variable models: conditional versus marginal likelihoods",
 * Psychometrika 84). Where factors are crossed, or an inner factor is asked for, the effects of the other factors are
 * those of the draw: a new level among known ones of the others.
 *
 * @param posterior - With draws: of `sample` or `check`.
 * @param options - The grouping factor whose levels are left out.
 * @returns The expected log predictive density, its standard error, and the Pareto k of each cluster.
 * @throws GlmmError USAGE for draws of the prior, a posterior without draws, and a factor that the model does not have.
 * @example
 * import { looClusters, sample, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8, 2, 3, 4], g: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'] })
 * const posterior = await sample('y ~ 1 + (1 | g)', table, { family: 'poisson', chains: 2, draws: 200 })
 * console.log(looClusters(posterior).pointwise.map(({ name }) => name).join()) // a,b,c
 */
export function looClusters(posterior: Sampled, { group }: LooClustersOptions = {}): LooRecord {
  const sample = drawnModel(posterior)
  fromPosterior(sample, 'leave-one-cluster-out cross-validation')
  const like = likelihood(sample.model)
  const read = drawnCoordinates(like.stated, sample.draws)
  const clusters = clustersOf(like, read, group)
  const { nodes, settled } = enoughNodes(clusters, read.count)
  const G = clusters.levels.length
  const held = new Float64Array(G * read.count)
  for (let s = 0; s < read.count; s++) {
    const each = clusters.logLik(s, nodes)
    for (let g = 0; g < G; g++) held[g * read.count + s] = each[g]
  }
  const chains = chainCount(sample.draws)
  const points = clusters.levels.map((name, g) => ({
    name,
    ...looPoint(held.subarray(g * read.count, (g + 1) * read.count), chains),
  }))
  const what = { unit: 'cluster', group: clusters.group, nodes } as const
  return looRecord(sample, points, what, settled ? [] : [unsettled(nodes)])
}

/** Refuses a group that clusters cannot be left out of; worth asking before hours of sampling. */
export function checkClusters(model: Model, group: string | undefined): void {
  const like = likelihood(model)
  const chosen = groupFor(like, group)
  if (like.factor?.group === chosen) return
  const [reduced] = aroundGroup(model, chosen)
  if (likelihood(reduced).factor) return
  const message = `expected clusters whose effects can be integrated out, got those of ${chosen} in ${model.formula}`
  throw new GlmmError(
    'MODEL',
    message,
    'fewer random columns of this factor can be; --loo leaves rows out of any model',
  )
}

function groupFor({ model, factor, layout }: Likelihood, wanted: string | undefined): string {
  const groups = [...new Set(layout.terms.map(({ term }) => term.group))]
  if (groups.length === 0) {
    const message = `expected random effects to leave clusters out, got none in ${model.formula}`
    throw new GlmmError('USAGE', message, 'leave rows out with --loo')
  }
  if (wanted !== undefined) {
    if (groups.includes(wanted)) return wanted
    const near = nearestName(wanted, groups)
    const message = `expected a grouping factor (${groups.join(', ')}), got '${wanted}'`
    throw new GlmmError('USAGE', message, near === null ? 'give one of these' : `did you mean ${near}?`)
  }
  if (factor) return factor.group
  const message = `expected the factor whose clusters to leave out of crossed ones (${groups.join(', ')}), got none`
  throw new GlmmError('USAGE', message, `name it: --loo-clusters ${groups[0]}`)
}

function clustersOf(like: Likelihood, read: DrawnCoordinates, wanted: string | undefined): Clusters {
  checkClusters(like.model, wanted)
  const group = groupFor(like, wanted)
  const { factor } = like
  if (factor?.group === group) {
    const logLik = byClusters(like, (s) => ({ x: read.parameters(s), offsets: null }))
    return { group, levels: factor.levels, mostNodes: like.rules.mostNodes, logLik }
  }
  const [reduced, kept] = aroundGroup(like.model, group)
  const alone = likelihood(reduced)
  const x = new Float64Array(alone.dimension)
  const offsets = reduced.predictors.map(() => new Float64Array(reduced.nobs))
  const at = (s: number): Given => {
    const parameters = read.parameters(s)
    x.set(parameters.subarray(0, alone.layout.fixed))
    kept.forEach((t, k) => {
      const { start, size } = like.layout.terms[t]
      x.set(parameters.subarray(start, start + size), alone.layout.terms[k].start)
    })
    addOtherEffects(like, kept, read.effects(s), offsets)
    return { x, offsets }
  }
  return { group, levels: alone.factor!.levels, mostNodes: alone.rules.mostNodes, logLik: byClusters(alone, at) }
}

/** Outer parameters, and what stands in the place of the offsets. */
interface Given {
  readonly x: Float64Array
  readonly offsets: readonly Float64Array[] | null
}

/** The clusters' log-likelihoods at what draw s gives; NaN out of support. */
function byClusters(like: Likelihood, given: (s: number) => Given): ClusterLogLik {
  const densities = new Map<number, MarginalDensity>()
  return (s, nodes) => {
    const density = densities.get(nodes) ?? like.marginal(adaptive(nodes))
    densities.set(nodes, density)
    const { x, offsets } = given(s)
    return density.byLevel(x, null, offsets) ?? new Float64Array(like.factor!.levels.length).fill(Number.NaN)
  }
}

/** The model with the random terms of one factor alone, and which terms of all these are. */
function aroundGroup(model: Model, group: string): [reduced: Model, kept: number[]] {
  const predictors = model.predictors.map((one) => ({ ...one, random: one.random.filter((t) => t.group === group) }))
  const all = model.predictors.flatMap(({ random }) => random)
  return [{ ...model, predictors }, all.flatMap((term, t) => (term.group === group ? [t] : []))]
}

/** The model's offsets with the effects of the terms that are not kept, into `out`. */
function addOtherEffects(
  { layout, model: { nobs: n, predictors } }: Likelihood,
  kept: readonly number[],
  effects: readonly Float64Array[],
  out: readonly Float64Array[],
): void {
  predictors.forEach(({ offset }, k) => {
    if (offset) out[k].set(offset)
    else out[k].fill(0)
  })
  layout.terms.forEach(({ term: { names, index, z }, predictorOf }, t) => {
    if (kept.includes(t)) return
    const q = names.length
    for (let j = 0; j < q; j++) {
      for (let i = 0; i < n; i++) out[predictorOf[j]][i] += z[j * n + i] * effects[t][index[i] * q + j]
    }
  })
}

/** Numbers of nodes that are tried, and how far a cluster's log-likelihood may move to the next one. */
const nodesTried = [1, 5, 9, 15, 25, 51]
const tolerance = 1e-3
/** Draws that the choice of nodes is made by. */
const probes = 8

/** The fewest nodes after which more change no cluster's log-likelihood at a few draws spread over all. */
function enoughNodes({ mostNodes, logLik }: Clusters, count: number): { nodes: number; settled: boolean } {
  const tried = nodesTried.filter((nodes) => nodes <= mostNodes)
  const at = Array.from({ length: Math.min(probes, count) }, (_, i) =>
    Math.floor((i * count) / Math.min(probes, count)),
  )
  let before = at.map((s) => logLik(s, tried[0]).slice())
  for (let k = 1; k < tried.length; k++) {
    const now = at.map((s) => logLik(s, tried[k]).slice())
    const moved = now.some((each, i) => each.some((value, g) => !(Math.abs(value - before[i][g]) <= tolerance)))
    if (!moved) return { nodes: tried[k], settled: true }
    before = now
  }
  return { nodes: tried[tried.length - 1], settled: false }
}

const unsettled = (nodes: number): Warning => ({
  code: 'NODES',
  message: `clusters are integrated with ${nodes} nodes, the most that can be had, and more would change elpd; take the figures as approximate`,
})
