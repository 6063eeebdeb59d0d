import type { Engine } from '../engine/engine.js'
import { type MarginalDensity, marginalDensity } from '../frame/log-density.js'
import { nodesOf } from '../frame/integration-rule.js'
import { nestedDraw, type NestedDraw } from '../nested/nested-draw.js'
import { nesting } from '../nested/nested-structure.js'
import { normalAt } from '../normal/normal-marginal.js'
import { maxNodes, ruleSet } from '../engine/rule-set.js'
import { laplaceDensity } from '../sparse/laplace-density.js'
import { laplaceParts } from '../sparse/laplace-parts.js'
import { type StructuredEffectsAt, structuredEffects } from '../sparse/structured-effects.js'
import { hasOneFactor } from '../frame/level-structure.js'
import { levelDensities } from './effect-densities.js'
import { vectorQuadrature } from './vector-quadrature.js'

/** Effects of one factor, several a level or in several predictors: a product rule over the vector of each level. */
export const vectorEngine: Engine = {
  name: 'vector',
  bind: (stated) => {
    const { layout } = stated
    if (!hasOneFactor(layout)) return null
    const { dimension } = layout
    const [{ term }] = layout.terms
    const levels = term.levels.length
    const parts = laplaceParts(stated)
    const { structure, approximation } = parts
    const quadrature = vectorQuadrature(stated)
    const densities = levelDensities(stated)
    let draw: NestedDraw | null = null
    const effectsWith = (nodes: number): StructuredEffectsAt =>
      structuredEffects(parts, {
        draw: (...given) => {
          draw ??= nestedDraw(stated, nesting(stated)!)
          draw(...given)
        },
        ofLevel: (x, eta, ...which) => densities(x, () => eta, nodes, ...which),
      })
    const byQuadrature = (
      nodes: number,
      effects: StructuredEffectsAt,
      origin: Float64Array | null = null,
    ): MarginalDensity =>
      marginalDensity({
        dimension,
        levels,
        evaluate: quadrature.evaluator(nodes, origin),
        effectsAt: (x) => effects(approximation, x),
        ...(quadrature.modes && { near: (x) => byQuadrature(nodes, effects, quadrature.modes!(x, origin)) }),
      })
    // Blocks of rows serve one node better than the sparse factor, but not better than chains.
    const blocks = quadrature.modes !== null && structure.chains.length === 0
    return {
      rules: ruleSet(stated, { mostNodes: Math.min(maxNodes, quadrature.most), factored: true }),
      factor: term,
      marginal: (rule) => {
        const nodes = nodesOf(rule)
        const effects = effectsWith(nodes)
        return nodes > 1 || blocks
          ? byQuadrature(nodes, effects)
          : laplaceDensity(dimension, approximation, effects, levels, quadrature.evaluator(1))
      },
      roughInformation: approximation.fixedInformation,
      normal: normalAt(stated, parts),
    }
  },
}
