import type { CheckRecord } from '../check/check-record.js'

export interface NextStep {
  readonly advice: string
  /** A command line to copy. */
  readonly command: string
}

/** What to do after a check, as an advice and the command that follows it. */
export function nextStep(c: CheckRecord): NextStep {
  const best = c.rungs[c.rungs.length - 1]
  if (c.verdict === 'adequate') {
    return { advice: 'The Laplace fit may be reported as it is:', command: command(c, 'fit', ['--nodes', '1']) }
  }
  // Documents of earlier versions do not say.
  if (c.comparison.some(({ runsTo }) => (runsTo ?? null) !== null)) {
    return {
      advice:
        'Maximum likelihood has no answer for the parameters that run. Report a posterior, its prior chosen and told, or a model without them:',
      command: command(c, 'sample', ['--prior', quote('b ~ normal(0, 2.5)')]),
    }
  }
  if (c.verdict === 'undetermined') {
    return {
      advice: 'The reasons above say what is missing; a longer run of the sampler may settle it:',
      command: command(c, 'check', ['--draws', String(2 * c.posterior.draws)]),
    }
  }
  if (best !== undefined && best.nodes > 1 && (best.method === 'agq' || best.method === 'nested-agq')) {
    return {
      advice: `Do not report the Laplace fit. Report the fit with ${best.nodes} quadrature nodes instead:`,
      command: command(c, 'fit', ['--nodes', String(best.nodes)]),
    }
  }
  if (best?.method === 'importance') {
    return {
      advice: `Do not report the Laplace fit. Report the fit by importance sampling with ${best.nodes} draws instead:`,
      command: command(c, 'fit', ['--importance', String(best.nodes)]),
    }
  }
  return {
    advice: 'Do not report the Laplace fit. Quadrature is not available for this model; report the posterior instead:',
    command: command(c, 'sample', []),
  }
}

/** Options of the checked call that any other command on the same model needs too. */
const CARRIED = [
  'family',
  'link',
  'weights',
  'trials',
  'frequency',
  'precision',
  'offset',
  'dispersion',
  'zi',
  'contrasts',
] as const

function command(c: CheckRecord, name: string, extra: readonly string[]): string {
  const data = typeof c.call.data === 'string' ? c.call.data : 'FILE'
  const carried = CARRIED.flatMap((key) => {
    const value = c.call[key]
    return typeof value === 'string' && value !== '' ? [`--${key}`, quote(value)] : []
  })
  const names = Array.isArray(c.call.names) ? ['--no-header', '--names', quote(c.call.names.join(','))] : []
  return ['glmm', name, quoteFormula(c.formula), '--data', quote(data), ...names, ...carried, ...extra].join(' ')
}

/** A word for a POSIX shell: as it is where no character has a meaning there, else in single quotes. */
const quote = (word: string): string =>
  /^[\w@%+:,./][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** A formula in double quotes, as in the documentation, unless it holds what these do not protect. */
const quoteFormula = (formula: string): string => (/["$`\\!]/.test(formula) ? quote(formula) : `"${formula}"`)
