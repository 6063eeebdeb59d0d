import { Command, InvalidArgumentError } from 'commander'
import type { FitFlags, ModelFlags, OutputFlag, SamplingFlags } from './flags.js'
import { version } from '../version.js'

const wholeNumber = (text: string): number => {
  const value = Number(text)
  if (!/^\s*\d+\s*$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError(`expected a whole number, got '${text}'.`)
  }
  return value
}

const fraction = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError(`expected a number, got '${text}'.`)
  return value
}

const nodes = (text: string): number | 'auto' => (text === 'auto' ? 'auto' : wholeNumber(text))
const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

/** Options of every command that reads a table and states a model. */
const modelOptions = (command: Command): Command =>
  command
    .requiredOption('--data <file>', 'table: CSV (comma, semicolon, tab), Parquet, or white space with --no-header')
    .option('--no-header', 'the file is white-space separated text without a header line; name the columns with --names')
    .option('--names <names>', 'column names for --no-header, separated by commas')
    .option('--family <name>', 'binomial, poisson; inferred where the response leaves no doubt')
    .option('--link <name>', "link of the family, by default the family's own")
    .option('--weights <column>', 'column with the trials of a binomial proportion')
    .option('--offset <column>', 'column added to the linear predictor')
    .option('--json', 'print one JSON document on standard output')

/** Options of every command that samples. */
const samplingOptions = (command: Command): Command =>
  command
    .option('--prior <prior>', 'such as "b ~ normal(0, 2.5)" or "sd ~ half_normal(0, 1)"; repeat for several', collect)
    .option('--sampler <name>', 'nuts')
    .option('--chains <n>', 'chains (default 4)', wholeNumber)
    .option('--warmup <n>', 'iterations of warm-up a chain (default 1000)', wholeNumber)
    .option('--draws <n>', 'draws kept a chain (default 1000)', wholeNumber)
    .option('--target-accept <rate>', 'acceptance rate the step size is steered to (default 0.8)', fraction)
    .option('--max-depth <n>', 'largest tree depth of a trajectory (default 10)', wholeNumber)
    .option('--seed <n>', 'same seed, same draws, whatever the number of threads (default 1)', wholeNumber)
    .option('--threads <n>', 'threads to use (default: all cores)', wholeNumber)

/** The command line; each command's work is loaded when it is called. */
export function program(): Command {
  const glmm = new Command('glmm')
    .description('Generalized linear mixed models that tell you how far to trust them.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText('after', '\nExample:\n  glmm check "cbind(r, n - r) ~ treat + (1 | center)" --data betablocker.csv\n')

  modelOptions(glmm.command('fit').argument('<formula>', "R's formula, in quotes"))
    .description('maximum likelihood: glm, Laplace, adaptive Gauss-Hermite quadrature')
    .option('--nodes <k>', 'quadrature nodes: 1 is Laplace (default), to 101; auto climbs until nothing moves', nodes)
    .option('--out <file>', 'write the result: .html or .md a report, any other ending the JSON')
    .action(async (formula: string, flags: ModelFlags & FitFlags & OutputFlag) =>
      (await import('./fit-command.js')).fitCommand(formula, flags),
    )

  samplingOptions(modelOptions(glmm.command('sample').argument('<formula>', "R's formula, in quotes")))
    .description('posterior by Markov chain Monte Carlo')
    .option('--out <file>', 'write the draws (.csv, .parquet) or the result (.json, .html, .md)')
    .action(async (formula: string, flags: ModelFlags & SamplingFlags & OutputFlag) =>
      (await import('./sample-command.js')).sampleCommand(formula, flags),
    )

  samplingOptions(modelOptions(glmm.command('check').argument('<formula>', "R's formula, in quotes")))
    .description("is Laplace's approximation good enough? ladder of nodes, posterior, verdict")
    .option('--out <file>', 'write the result: .html or .md a report, any other ending the JSON')
    .action(async (formula: string, flags: ModelFlags & SamplingFlags & OutputFlag) =>
      (await import('./check-command.js')).checkCommand(formula, flags),
    )

  for (const command of glmm.commands) command.exitOverride().configureOutput({ writeErr: () => {} })
  return glmm
}
