import { ofLocation } from '../likelihood/frame/parameter-layout.js'
import { reported } from './limits/certificate.js'
import { adequateShift } from './climb/certificate-limit.js'
import { observations } from '../data/response-rows.js'
import type { Warning } from '../errors.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import type { Estimate } from './results/estimate.js'
import type { Certificate } from './record/fit-record.js'
import { trustedParetoK } from './climb/importance-estimate.js'
import type { ImportanceEstimate } from './results/importance-estimate.js'
import type { Ladder } from './climb/ladder.js'
import { down, up } from '../numerics/recession-cone.js'
import { responseEnds } from './runaway/response-ends.js'
import { termText } from './start/term-text.js'

/** What a fit of a mixed model has to say besides its numbers. */
export function fitWarnings(
  like: Likelihood,
  fitted: Estimate,
  importance: ImportanceEstimate | null,
  ladder: Ladder | null,
  certified: Certificate | null,
): Warning[] {
  const { stated, model, layout } = like
  const warnings: Warning[] = [...fitted.reported]
  if (!fitted.converged) {
    warnings.push({ code: 'NO_CONVERGENCE', message: `the fit did not converge: ${fitted.reason}` })
  }
  const quadratic = stated.family.quadratic?.(model.link) ?? false
  for (const { term } of quadratic ? layout.terms : []) {
    if (term.levels.length < observations(model)) continue
    const message = `${termText(term)} has one row a level: its variance and the residual's cannot be told apart`
    warnings.push({ code: 'NOT_IDENTIFIED', message })
  }
  const ends = layout.terms.some(({ term }) => term.levels.length >= observations(model)) ? responseEnds(stated) : null
  for (const laid of layout.terms) {
    const { term } = laid
    const { trials } = model.response
    if (!ofLocation(layout, laid) || !trials || !ends?.every((end) => end === up || end === down)) continue
    if (term.names.length > 1 || term.levels.length < observations(model) || trials.some((n) => n > 1)) continue
    const message = `${termText(term)} has one 0/1 row a level: its variance and the link's own cannot be told apart`
    warnings.push({ code: 'NOT_IDENTIFIED', message })
  }
  for (const { term, start, size } of layout.terms) {
    if (!fitted.zeroed.some((j) => j >= start && j < start + size)) continue
    const message =
      term.names.length === 1
        ? `singular fit: the variance of ${termText(term)} is estimated as zero; the term adds nothing to the model`
        : `singular fit: the covariance matrix of ${termText(term)} has a variance or a combination of effects at zero`
    warnings.push({ code: 'SINGULAR', message })
  }
  for (const { kind, fixed } of layout.further) {
    if (!kind || !fitted.limits.includes(fixed.from)) continue
    const { limit, vanishes } = kind
    if (limit)
      warnings.push({
        code: 'LIMIT',
        message: `${limit.says}; the simpler family gives this fit with a parameter less`,
      })
    if (vanishes)
      warnings.push({
        code: 'LIMIT',
        message: `${vanishes}; the other estimates and standard errors are those of the limit`,
      })
  }
  if (ladder && !ladder.converged && !fitted.unbounded && fitted.converged) {
    const by = importance ? `${importance.draws} draws` : `${fitted.nodes} nodes`
    const message = `at ${by} a parameter still moves by more than ${ladder.tolerance} standard errors`
    warnings.push({ code: 'NOT_SETTLED', message })
  }
  if (importance && !(importance.paretoK <= trustedParetoK)) {
    const message =
      `importance sampling with ${importance.draws} draws is not to be trusted: Pareto k of its weights is ` +
      `${importance.paretoK.toFixed(2)}, above ${trustedParetoK}; give more draws, or sample the posterior`
    warnings.push({ code: 'IMPORTANCE', message })
  } else if (importance && importance.maxMcseInSe > adequateShift) {
    const message =
      `with other draws than these ${importance.draws} a parameter would move by about ` +
      `${importance.maxMcseInSe.toPrecision(2)} standard errors: give more of them`
    warnings.push({ code: 'IMPORTANCE', message })
  }
  if (certified?.verdict === 'inadequate') {
    const own = reported(fitted.rule.by === 'adaptive' ? fitted.rule.nodes : fitted.nodes)
    const auto = like.factor && like.rules.mostNodes > 1
    const remedy = !auto
      ? `fit with --importance ${remedyDraws}`
      : ladder
        ? 'sample the posterior'
        : 'fit with --nodes auto'
    const message = `${fitted.nodes === 1 ? 'the Laplace approximation is' : `${own} nodes are`} not adequate: ${moved(certified)}; ${remedy}`
    warnings.push({ code: 'INTEGRATION', message })
  }
  return warnings
}

/** What the comparison moves, in words. */
function moved({ nodes, rule, maxShiftInSe, logLikError }: Certificate): string {
  const what =
    maxShiftInSe > adequateShift
      ? `a parameter by about ${maxShiftInSe.toPrecision(2)} standard errors`
      : `the log-likelihood by ${Math.abs(logLikError).toPrecision(2)}`
  if (nodes === null) return `the next term of its expansion moves ${what}`
  if (rule === 'finer') return `${reported(nodes)} nodes move ${what}`
  return `they have moved ${what} from what ${reported(nodes)} nodes give, the rule there is to compare with`
}

/** Draws that the remedy for crossed factors begins with. */
const remedyDraws = 4000
