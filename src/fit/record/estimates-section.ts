import { noBasis } from '../../data/basis.js'
import type { Concluded } from './concluded.js'
import { dispersionEstimates, endsFrom, fixedEstimates, randomEstimates } from './estimates.js'
import type { ConditionalMode, FitEstimates } from './fit-record.js'
import { block, isRestricted, randomTerms } from './fixed-part.js'
import { withLimits } from './profile-limits.js'

/** All that was estimated: coefficients, variances, and the modes of the random effects. */
export function fitEstimates(of: Concluded): FitEstimates {
  const { like, fitted, inference, profiled, level } = of
  const { model, layout, dimension: d } = like
  const { names, beta, se, covariance, df } = inference
  const reml = isRestricted(layout)
  const { location } = layout
  const ends = reml || !location ? undefined : endsFrom(fitted, location.fixed.from)
  const fixed = fixedEstimates(names, beta, se, level, df, ends)
  return {
    fixed: profiled && location ? withLimits(fixed, profiled.predictors[location.k]) : fixed,
    further: furtherEstimates(of),
    aliased: location?.stated.fixed.aliased ?? [],
    fixedCovariance: covariance,
    parameters: {
      estimate: reml ? [...beta, ...fitted.parameters] : Array.from(fitted.parameters),
      covariance: fitted.covariance && block(fitted.covariance, d, d),
    },
    basis: model.basis ?? noBasis,
    random: randomEstimates(like, fitted).map((one, t) =>
      profiled ? { ...one, sdLimits: profiled.random[t].sd, correlationLimits: profiled.random[t].correlation } : one,
    ),
    dispersion: dispersionEstimates(like, fitted, level, profiled?.predictors),
    intervals: { method: profiled ? 'profile' : 'wald', level },
    modes: conditionalModes(of),
  }
}

/** Coefficients of the predictors beside the mean's. */
function furtherEstimates({ like: { layout }, fitted, profiled, level }: Concluded): FitEstimates['further'] {
  const { parameters, se } = fitted
  return layout.further.map(({ k, name, stated, fixed: { from, to } }) => {
    const ends = endsFrom(fitted, from)
    const reported = fixedEstimates(
      stated.fixed.names,
      parameters.subarray(from, to),
      se.subarray(from, to),
      level,
      null,
      ends,
    )
    return { predictor: name, fixed: profiled ? withLimits(reported, profiled.predictors[k]) : reported }
  })
}

/** The mode of every effect, level after level. */
function conditionalModes({ like, effects }: Concluded): ConditionalMode[] {
  const modes: ConditionalMode[] = []
  randomTerms(like.layout.terms).forEach(({ laid }, t) => {
    const { group, levels, names: columns } = laid.term
    const { mode, sd } = effects[t]
    for (let e = 0; e < mode.length; e++) {
      const level = levels[Math.floor(e / columns.length)]
      modes.push({ group, level, name: columns[e % columns.length], mode: mode[e], sd: sd[e] })
    }
  })
  return modes
}
