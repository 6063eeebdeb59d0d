import { gaussHermite } from '../../numerics/gauss-hermite.js'
import type { Engine } from '../engine/engine.js'
import { inOrder } from '../frame/grouped-rows.js'
import { linearPredictors } from '../frame/linear-predictors.js'
import { type Evaluate, marginalDensity } from '../frame/log-density.js'
import { rowModel } from '../frame/row-model.js'
import type { Rule } from '../frame/integration-rule.js'
import { normalAt } from '../normal/normal-marginal.js'
import { maxNodes, ruleSet } from '../engine/rule-set.js'
import { laplaceDensity } from '../sparse/laplace-density.js'
import { laplaceParts } from '../sparse/laplace-parts.js'
import { noDraws, structuredEffects } from '../sparse/structured-effects.js'
import { type NestedDraw, nestedDraw } from './nested-draw.js'
import { mostNestedNodes, nestedNodesFit, nestedQuadrature } from './nested-quadrature.js'
import { nesting } from './nested-structure.js'

/** Nested factors: a rule a level, numbers of nodes of their own; Laplace's approximation over the sparse factor. */
export const nestedEngine: Engine = {
  name: 'nested',
  bind: (stated) => {
    const { model, layout } = stated
    const nested = nesting(stated)
    if (!nested) return null
    const { structure, order } = nested
    const { dimension } = layout
    const parts = laplaceParts(stated)
    const linear = linearPredictors(nested.stated)
    const rows = rowModel(nested.stated)
    const { depth, slotAt, levelAt, roots } = structure
    // Levels are numbered from the innermost; a factor with several columns has several.
    const groupAt: string[] = []
    slotAt.forEach((slot, x) => {
      groupAt[levelAt[x]] = layout.terms[linear.slots[slot].term].term.group
    })
    const groups = [...new Set([...groupAt].reverse())]
    const fits = nestedNodesFit(structure, model.predictors.length)
    const byLevel = (nodes: readonly number[]): number[] => groupAt.map((group) => nodes[groups.indexOf(group)])
    const nodesAt = (rule: Rule): number[] =>
      rule.by === 'adaptive' && typeof rule.nodes !== 'number'
        ? byLevel(rule.nodes)
        : new Array(depth).fill(rule.by === 'adaptive' ? rule.nodes : 1)
    const quadrature = (rule: Rule): Evaluate => {
      let made: Evaluate | null = null
      return (x, gradient, out, offsets) => {
        made ??= nestedQuadrature(structure, linear, rows, nodesAt(rule).map(gaussHermite))
        return made(
          x,
          gradient,
          out,
          offsets?.map((one) => inOrder(one, order)),
        )
      }
    }
    let draw: NestedDraw | null = null
    const effects = structuredEffects(parts, {
      ...noDraws,
      draw: (...given) => {
        draw ??= nestedDraw(stated, nested)
        draw(...given)
      },
    })
    return {
      rules: ruleSet(stated, {
        mostNodes: mostNestedNodes(depth, maxNodes, fits),
        groups,
        fits: (nodes) => fits(byLevel(nodes)),
        factored: true,
      }),
      factor: nested.outermost,
      marginal: (rule) =>
        rule.by === 'laplace'
          ? laplaceDensity(dimension, parts.approximation, effects, roots.length, quadrature(rule))
          : marginalDensity({
              dimension,
              levels: roots.length,
              evaluate: quadrature(rule),
              effectsAt: (x) => effects(parts.approximation, x),
            }),
      roughInformation: parts.approximation.fixedInformation,
      normal: normalAt(stated, parts),
    }
  },
}
