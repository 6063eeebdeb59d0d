import type { CheckRecord } from '../check/check-record.js'
import { readChoices } from '../data/read-options.js'
import { modelChoices } from '../data/state-model.js'
import { familyNamed, linksOf } from '../families/registry.js'

export interface NextStep {
  readonly advice: string
  /** A command line to copy. */
  readonly command: string
}

/** What to do after a check, as an advice and the command that follows it. */
export function nextStep(c: CheckRecord): NextStep {
  const integral = integralStep(c)
  if (c.model?.verdict !== 'questionable') return integral
  if (c.verdict !== 'adequate') {
    return {
      ...integral,
      advice: `The model is questionable, for the reasons above: mend it first. ${integral.advice}`,
    }
  }
  const mended = remedy(c)
  const advice = 'Do not report this model yet: it is questionable, for the reasons above. '
  return mended.length > 0
    ? { advice: `${advice}Check the one that they suggest:`, command: command(c, 'check', mended) }
    : { advice: `${advice}Look at its residuals:`, command: command(c, 'fit', ['--residuals', 'quantile']) }
}

/** The first option that the tests suggest: a wider family, say, often takes up the zeros as well. */
function remedy({ tests = {} }: CheckRecord): string[] {
  for (const { effect, remedy: words } of Object.values(tests)) {
    const [, option, value] = (effect !== null && words?.match(/^try --(family|zi) ([^\s,]+)/)) || []
    if (option) return [`--${option}`, quote(value.replaceAll('"', ''))]
  }
  return []
}

/** The same for the integral alone. */
function integralStep(c: CheckRecord): NextStep {
  const best = c.rungs[c.rungs.length - 1]
  if (c.verdict === 'adequate') {
    const tested = Object.values(c.tests ?? {}).some(({ p }) => p !== null)
    const advice = tested
      ? 'The Laplace fit may be reported as it is:'
      : 'The Laplace fit has the integral right; whether the model holds could not be tested:'
    return { advice, command: command(c, 'fit', ['--nodes', '1']) }
  }
  // Documents of earlier versions do not say.
  if (c.comparison.some(({ runsTo }) => (runsTo ?? null) !== null)) {
    return {
      advice:
        'Maximum likelihood has no answer for the parameters that run. Report a posterior, its prior chosen and reported, or a model without them:',
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

/** A command on the same model and data, read as they were; options in `extra` take the place of those of the call. */
function command(c: CheckRecord, name: string, extra: readonly string[]): string {
  const data = typeof c.call.data === 'string' ? c.call.data : 'FILE'
  const stated = modelChoices.flatMap((key) => {
    if (extra.includes(`--${key}`) || (key === 'link' && !linkSuits(c.link, extra))) return []
    // The order of the rows in time is for tests of the model, which sampling makes none of.
    if (key === 'time' && name === 'sample') return []
    return option(c, key)
  })
  const header = Array.isArray(c.call.names) ? ['--no-header'] : []
  const reading = readChoices.flatMap((key) => option(c, key))
  const words = [
    'glmm',
    name,
    quoteFormula(c.formula),
    '--data',
    quote(data),
    ...header,
    ...reading,
    ...stated,
    ...extra,
  ]
  return words.join(' ')
}

/** An option of the checked call with its value, a list with commas between; nothing where it was not given. */
function option({ call }: CheckRecord, key: string): string[] {
  const value = call[key]
  const text = Array.isArray(value) ? value.join(',') : value
  if (typeof text === 'number' || (typeof text === 'string' && text !== ''))
    return [`--${key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`, quote(String(text))]
  return []
}

/** Whether the family among these options has the link of the model, where there is one. */
function linkSuits(link: string, extra: readonly string[]): boolean {
  const at = extra.indexOf('--family')
  return at < 0 || linksOf(familyNamed(extra[at + 1]).family).includes(link)
}

/** A word for a POSIX shell: as it is where no character has a meaning there, else in single quotes. */
const quote = (word: string): string =>
  /^[\w@%+:,./][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** A formula in double quotes, as in the documentation, unless it holds what these do not protect. */
const quoteFormula = (formula: string): string => (/["$`\\!]/.test(formula) ? quote(formula) : `"${formula}"`)
