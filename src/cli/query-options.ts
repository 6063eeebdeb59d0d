import type { Command } from 'commander'
import type { PosteriorQueries } from '../draws/answers/posterior-queries.js'
import { GlmmError } from '../errors.js'

/** Flags of what is asked of a posterior once it is sampled. */
export interface QueryFlags {
  readonly loo?: true
  readonly looClusters?: true | string
  readonly waic?: true
  readonly hypothesis?: readonly string[]
  readonly ranks?: readonly string[]
  readonly pairwise?: true
  readonly predictiveCheck?: true
  readonly statistic?: readonly string[]
  readonly newLevels?: true
  readonly replicates?: number
  readonly seed?: number
}

interface Parsers {
  readonly collect: (text: string, before?: readonly string[]) => readonly string[]
  readonly wholeNumber: (option: string) => (text: string) => number
}

export const queryOptions = (command: Command, { collect, wholeNumber }: Parsers): Command =>
  command
    .option('--loo', 'leave-one-out cross-validation by rows (PSIS), with Pareto k')
    .option(
      '--loo-clusters [group]',
      'the same by clusters, their random effects integrated out; the outermost factor unless named',
    )
    .option('--waic', 'widely applicable information criterion, by rows')
    .option(
      '--hypothesis <expression>',
      'such as "exp(b_treat) < 0.8": its probability; without a comparison, its posterior; repeat for several',
      collect,
    )
    .option('--ranks <group>', 'ranks of the levels of a factor, which is highest, which lowest; repeatable', collect)
    .option('--pairwise', 'with --ranks: the probability of each level to be above each other')
    .option('--predictive-check', 'replicated responses beside the observed one')
    .option(
      '--statistic <name>',
      'for --predictive-check: mean, sd, min, max, zeros, group-sd, q90, ...; repeatable',
      collect,
    )
    .option('--new-levels', 'for --predictive-check: random effects drawn anew')
    .option('--replicates <n>', 'for --predictive-check: responses to replicate (1000)', wholeNumber('--replicates'))

/** The questions of the flags; null where there are none. USAGE for a flag without the one that it belongs to. */
export function queriesOf(flags: QueryFlags): PosteriorQueries | null {
  const { hypothesis, statistic, newLevels, replicates, seed } = flags
  const needs = (flag: string, given: unknown, of: string, there: unknown): void => {
    if (given === undefined || there !== undefined) return
    throw new GlmmError('USAGE', `expected ${of} beside ${flag}, got ${flag} alone`, `add ${of}, or leave ${flag} out`)
  }
  needs('--pairwise', flags.pairwise, '--ranks', flags.ranks)
  needs('--statistic', statistic, '--predictive-check', flags.predictiveCheck)
  needs('--new-levels', newLevels, '--predictive-check', flags.predictiveCheck)
  needs('--replicates', replicates, '--predictive-check', flags.predictiveCheck)
  const asked = [flags.loo, flags.looClusters, flags.waic, hypothesis, flags.ranks, flags.predictiveCheck]
  if (asked.every((one) => one === undefined)) return null
  return {
    loo: flags.loo,
    looClusters: flags.looClusters,
    waic: flags.waic,
    hypotheses: hypothesis,
    ranks: flags.ranks,
    pairwise: flags.pairwise,
    predictive: flags.predictiveCheck && { statistics: statistic, newLevels, replicates, seed },
  }
}
