import { gaussHermite } from '../../numerics/gauss-hermite.js'
import type { Engine } from '../engine/engine.js'
import type { ConditionalEffects } from '../frame/conditional-effects.js'
import { groupedRows, withOffset } from '../frame/grouped-rows.js'
import { marginalDensity } from '../frame/log-density.js'
import { nodeScratch, scratch } from '../frame/scratch.js'
import { soleScalarEffect } from '../frame/sole-scalar-effect.js'
import { nodesOf } from '../frame/integration-rule.js'
import { maxNodes, ruleSet } from '../engine/rule-set.js'
import { latticeDraw } from './lattice-draw.js'
import { type LatticeMarginal, latticeMarginal } from './lattice-marginal.js'
import { scalarEffects } from './scalar-effects.js'
import { scalarHessian } from './scalar-hessian.js'
import { scalarMarginal } from './scalar-marginal.js'

/** One predictor and one scalar effect a level: no linear algebra, quadrature at its cheapest, and a closed Hessian. */
export const scalarEngine: Engine = {
  name: 'scalar',
  bind: (stated) => {
    const term = soleScalarEffect(stated)
    if (!term) return null
    const rows = groupedRows(stated, term)
    const work = scratch(rows.n, rows.space)
    const { p } = rows
    const levels = term.levels.length
    const signs = rows.shifted?.logistic
    let largest = 0
    for (let g = 0; g < levels; g++) largest = Math.max(largest, rows.start[g + 1] - rows.start[g])
    const effects = scalarEffects(stated, rows, work)
    // By step: draws of the effects go on from what the density's last evaluation found.
    const lattices = new Map<number, LatticeMarginal>()
    const lattice = (step: number): LatticeMarginal => {
      const made = lattices.get(step) ?? latticeMarginal(rows, signs!, work, step, effectsByLattice)
      lattices.set(step, made)
      return made
    }
    const effectsByLattice = (own: LatticeMarginal, x: Float64Array): ConditionalEffects | null =>
      effects(x, nodesOf({ by: 'lattice', step: own.step }), latticeDraw(own, x.slice()))
    return {
      rules: ruleSet(stated, { mostNodes: maxNodes, factored: true, lattice: signs !== undefined }),
      factor: term,
      marginal: (rule) => {
        if (rule.by === 'lattice') return lattice(rule.step)
        const count = nodesOf(rule)
        const nodes = gaussHermite(count)
        const nodeWork = nodeScratch(count, largest, rows.space)
        return marginalDensity({
          dimension: p + 1,
          levels,
          evaluate: (x, gradient, byLevel, offsets = null) =>
            scalarMarginal(withOffset(rows, offsets), work, nodeWork, nodes, x, gradient, byLevel),
          effectsAt: (x) => effects(x, count),
          negativeHessian: (x) => scalarHessian(rows, work, nodeWork, nodes, x),
        })
      },
      roughInformation: () => null,
      normal: () => null,
    }
  },
}
