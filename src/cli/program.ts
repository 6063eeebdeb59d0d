import { Command } from 'commander'
import { GlmmError } from '../errors.js'
import type { Nodes } from '../fit/record/fit-record.js'
import { version } from '../version.js'
import { addAfterFitCommands } from './after-fit-program.js'
import type { FitFlags, ModelFlags, OutputFlag, SamplingFlags } from './flags.js'
import { queryOptions } from './query-options.js'
import { readOptions } from './read-flags.js'
import { addStudyCommands } from './study-program.js'
import { clipped } from './usage-error.js'

type PredictCommand = typeof import('./predict-command.js').predictCommand
type SampleCommand = typeof import('./sample-command.js').sampleCommand
type SimulateCommand = typeof import('./simulate-command.js').simulateCommand

const noData = (): GlmmError =>
  new GlmmError('USAGE', 'expected a table after --data, got no --data', 'add it, such as --data table.csv')

type Parse<Value> = (text: string) => Value

const expected = (what: string, option: string, text: string, hint: string): GlmmError =>
  new GlmmError('USAGE', `expected ${what} after ${option}, got '${clipped(text)}'`, hint)

/** Digits with a sign at most; which numbers make sense is for the command to say. */
const wholeNumber =
  (option: string): Parse<number> =>
  (text) => {
    if (/^\s*[+-]?\d+\s*$/.test(text)) return Number(text)
    throw expected('a whole number', option, text, 'write it in digits')
  }

const nodes: Parse<Nodes> = (text) => {
  if (text === 'auto') return 'auto'
  if (/^\s*[+-]?\d+\s*$/.test(text)) return Number(text)
  if (/^\s*\d+\s*(,\s*\d+\s*)+$/.test(text)) return text.split(',').map(Number)
  throw expected(
    'a number of nodes from 1 to 101, or auto,',
    '--nodes',
    text,
    '1 is Laplace, 25 is exact for most data',
  )
}

const rate =
  (option: string): Parse<number> =>
  (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isFinite(value)) return value
    throw expected('a number', option, text, 'write it as 0.9')
  }

const word =
  (option: string): Parse<string> =>
  (text) => {
    if (text.trim() !== '') return text
    throw new GlmmError(
      'USAGE',
      `expected a value after ${option}, got an empty one`,
      `give one, or leave ${option} out`,
    )
  }

/** A file to write, of which a call may name several. */
const outFile = (text: string, before: readonly string[] = []): readonly string[] => [...before, word('--out')(text)]

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

/** Options that several commands have. */
const reading = (command: Command): Command => readOptions(command, { word, wholeNumber })
const dataSaid = 'a table as CSV (comma, semicolon, tab), Parquet, or white space, .gz too; - is standard input'
const ownModules = [
  '--import <file>',
  'a module of your own to import first, which calls addFamily, addLink or addCovariance; repeat for several',
  collect,
] as const
const json = ['--json', 'print one JSON document on standard output'] as const

/** Options of every command that reads a table and states a model. */
const modelOptions = (command: Command): Command =>
  reading(command.option('--data <file>', `needed: ${dataSaid}`, word('--data')))
    .option(
      '--family <name>',
      'binomial, poisson, gaussian, Gamma, nbinom2, ...; inferred where the response leaves no doubt',
      word('--family'),
    )
    .option('--link <name>', "link of the family, by default the family's own", word('--link'))
    .option('--trials <column>', 'column with the trials of a binomial proportion', word('--trials'))
    .option('--weights <column>', 'the same; refused where weights could mean something else', word('--weights'))
    .option(
      '--frequency <column>',
      'column that counts the identical rows that each row stands for',
      word('--frequency'),
    )
    .option('--precision <column>', 'column by which the residual variance is divided', word('--precision'))
    .option('--offset <column>', 'column added to the linear predictor', word('--offset'))
    .option('--dispersion <rhs>', "formula of the dispersion predictor, such as '~ x'", word('--dispersion'))
    .option('--zi <rhs>', "formula of the zero-inflation predictor, such as '~ 1'", word('--zi'))
    .option(
      '--contrasts <names>',
      "of all factors: treatment (the default), sum, helmert or poly; or of some: 'a=sum, b=helmert'",
      word('--contrasts'),
    )
    .option(...json)
    .option(...ownModules)
    // Not commander's requiredOption, which would complain of this before it complains of a mistyped --data.
    .hook('preAction', () => {
      if (command.opts().data !== undefined || command.opts().extend !== undefined) return
      throw noData()
    })

/** Options of every command that samples. */
const samplingOptions = (command: Command): Command =>
  command
    .option('--prior <prior>', 'such as "b ~ normal(0, 2.5)" or "sd ~ half_normal(0, 1)"; repeat for several', collect)
    .option('--prior-only', 'sample the prior, the response left out')
    .option(
      '--sampler <name>',
      'auto (default: independence or nuts, by the model), nuts, marginal, independence, polya-gamma, hmc, random-walk, quadrature (no chains)',
      word('--sampler'),
    )
    .option('--chains <n>', 'chains (default 4)', wholeNumber('--chains'))
    .option('--warmup <n>', 'iterations of warm-up a chain (default 1000)', wholeNumber('--warmup'))
    .option('--draws <n>', 'draws kept a chain (default 1000)', wholeNumber('--draws'))
    .option(
      '--target-accept <rate>',
      'acceptance rate the step size is steered to (default 0.8 with nuts)',
      rate('--target-accept'),
    )
    .option('--max-depth <n>', 'largest tree depth of a trajectory of nuts (default 10)', wholeNumber('--max-depth'))
    .option('--seed <n>', 'same seed, same draws, on any number of threads (default 1)', wholeNumber('--seed'))
    .option('--threads <n>', 'threads to use (default: all cores)', wholeNumber('--threads'))

const time = [
  '--time <column>',
  'column of the times of the rows: neighbours within groups are tested for correlation',
  word('--time'),
] as const

const outResult = 'write the result: .json, or .html, .md or .txt for a report; repeat for several'
const example = (command: string, options = ''): string =>
  `\nExample:\n  glmm ${command} "cbind(r, n - r) ~ treat + (1 | center)" --data betablocker.csv${options && ` \\\n    ${options}`}`

/** The command line; each command's work is loaded when it is called. Help goes to `writeHelp`. */
export function program(writeHelp: (text: string) => void): Command {
  const output = { writeOut: writeHelp, writeErr: () => {} }
  const glmm = new Command('glmm')
    .description('Generalized linear mixed models that tell you how far to trust them.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput(output)
    .addHelpText('after', example('check'))

  modelOptions(glmm.command('fit').argument('<formula>', "R's formula, in quotes"))
    .description('maximum likelihood: glm, Laplace, adaptive Gauss-Hermite quadrature')
    .option(
      '--nodes <k>',
      'quadrature nodes: 1 is Laplace (default), to 101; auto climbs until nothing moves; of nested factors also a number each, the outermost first: 7,5',
      nodes,
    )
    .option(
      '--importance <draws>',
      'in place of nodes: importance sampling of random effects of any structure, crossed ones too',
      wholeNumber('--importance'),
    )
    .option('--seed <n>', 'of these draws and of the tests of the model (default 1)', wholeNumber('--seed'))
    .option('--intervals <kind>', 'limits: wald (default), or profile, of the profile likelihood', word('--intervals'))
    .option('--level <level>', 'probability that limits cover with (default 0.95)', rate('--level'))
    .option(
      '--df <method>',
      't statistics of gaussian models: satterthwaite (default), kr (with --reml), residual (default without random effects), none for z',
      word('--df'),
    )
    .option(
      '--se <kind>',
      'robust (CR1), CR0, CR3: standard errors that rest on clusters being independent alone; model (default)',
      word('--se'),
    )
    .option(
      '--cluster <name>',
      'with --se robust: a factor or column (default: the outermost factor)',
      word('--cluster'),
    )
    .option('--residuals <kind>', 'quantile: randomised quantile residuals too, drawn with --seed', word('--residuals'))
    .option(...time)
    .option('--no-tests', 'leave out the tests of the model against its data')
    .option('--reml', 'restricted maximum likelihood (gaussian with identity link)')
    .option('--out <file>', outResult, outFile)
    .addHelpText('after', example('fit', '--nodes 25'))
    .action(async (formula: string, flags: ModelFlags & FitFlags & OutputFlag) =>
      (await import('./fit-command.js')).fitCommand(formula, flags),
    )

  const sample = samplingOptions(modelOptions(glmm.command('sample').argument('[formula]', "R's formula, in quotes")))
  queryOptions(sample, { collect, wholeNumber })
    .description('posterior by Markov chain Monte Carlo')
    .option(
      '--extend <draws>',
      'in place of a formula: go on with the run that wrote these draws, for --draws more or for those it lacks',
      word('--extend'),
    )
    .option(
      '--out <file>',
      'write the draws (.csv, .parquet; name-{chain}.csv a file a chain as CmdStan does) or the result (.json, .html, .md)',
      outFile,
    )
    .addHelpText('after', example('sample', '--seed 1 --out draws.csv'))
    .action(async (formula: string | undefined, flags: Parameters<SampleCommand>[1]) =>
      (await import('./sample-command.js')).sampleCommand(formula, flags),
    )

  samplingOptions(modelOptions(glmm.command('check').argument('<formula>', "R's formula, in quotes")))
    .description("is Laplace's approximation good enough? ladder of nodes, posterior, verdict")
    .option(...time)
    .option('--out <file>', outResult, outFile)
    .addHelpText('after', example('check', '--out report.html'))
    .action(async (formula: string, flags: ModelFlags & SamplingFlags & OutputFlag) =>
      (await import('./check-command.js')).checkCommand(formula, flags),
    )

  glmm
    .command('compare')
    .argument('[fits...]', 'documents that glmm fit wrote with --out FIT.json, or glmm sample with --loo')
    .description('likelihood-ratio tests, AIC and BIC of fits of one response; elpd of posteriors')
    .option(...json)
    .option(...ownModules)
    .option('--out <file>', outResult, outFile)
    .addHelpText('after', '\nExample:\n  glmm compare small.json large.json')
    .action(async (fits: readonly string[], flags: OutputFlag & { readonly json?: true }) =>
      (await import('./compare-command.js')).compareCommand(fits, flags),
    )

  const predict = glmm
    .command('predict')
    .argument('<fit>', 'document that glmm fit wrote with --out FIT.json')
    .description('predictions of a fit for new data, with standard errors and limits')
    .option('--data <file>', 'the table to predict for, needed without --at; it needs no response', word('--data'))
  reading(predict)
    .option(
      '--kind <kind>',
      'population (default): random effects at zero; conditional: at their modes; average: means over them',
      word('--kind'),
    )
    .option('--level <level>', 'probability that limits cover with (default 0.95)', rate('--level'))
    .option(
      '--nodes <k>',
      'quadrature nodes of averaged means (default: integrated to rounding)',
      wholeNumber('--nodes'),
    )
    .option(
      '--at <values>',
      'in place of rows a grid: "x=0:10:0.5; trt=all"; other variables at their mean or first level',
      word('--at'),
    )
    .option(
      '--interval <kind>',
      'response: limits of a new response too, with the uncertainty of the estimates',
      word('--interval'),
    )
    .option('--seed <n>', 'of the draws that such limits are quantiles of (default 1)', wholeNumber('--seed'))
    .option(...json)
    .option(...ownModules)
    .option('--out <file>', `${outResult}; .csv a line a row`, outFile)
    .addHelpText('after', '\nExample:\n  glmm predict fit.json --data new.csv --kind average')
    .action(async (path: string, flags: Parameters<PredictCommand>[1]) => {
      if (flags.data === undefined && flags.at === undefined)
        throw new GlmmError(
          'USAGE',
          'expected a table after --data or a grid after --at, got neither',
          'add one, such as --data new.csv or --at "x=0:10:1"',
        )
      await (await import('./predict-command.js')).predictCommand(path, flags)
    })

  const simulate = glmm
    .command('simulate')
    .argument('<fit>', 'document that glmm fit wrote with --out FIT.json')
    .description('responses drawn from a fit at its estimates')
    .option('--data <file>', 'a table with the columns of the fit; by default its own data', word('--data'))
  reading(simulate)
    .option('--replicates <n>', 'responses to draw (default 1)', wholeNumber('--replicates'))
    .option('--seed <n>', 'same seed, same numbers (default 1)', wholeNumber('--seed'))
    .option('--conditional', 'random effects at their modes, instead of drawn')
    .option(...json)
    .option(...ownModules)
    .option('--out <file>', `${outResult}; .csv a column a replicate`, outFile)
    .addHelpText('after', '\nExample:\n  glmm simulate fit.json --replicates 100 --seed 1 --out simulated.csv')
    .action(async (path: string, flags: Parameters<SimulateCommand>[1]) =>
      (await import('./simulate-command.js')).simulateCommand(path, flags),
    )

  glmm
    .command('report')
    .argument('<result>', 'document that a command wrote with --out RESULT.json')
    .description('the report of a result: a page, Markdown or text')
    .option(...json)
    .option(...ownModules)
    .option('--out <file>', outResult, outFile)
    .addHelpText('after', '\nExample:\n  glmm report fit.json --out fit.html')
    .action(async (path: string, flags: OutputFlag & { readonly json?: true }) =>
      (await import('./report-command.js')).reportCommand(path, flags),
    )

  // What a family of the user's own is called is known before a formula is read.
  glmm.hook('preAction', async (_, command) => {
    const modules = command.opts().import as readonly string[] | undefined
    if (modules === undefined) return
    const { importModules, moduleUrls } = await import('../../workers/import-modules.js')
    await importModules(moduleUrls(modules))
  })
  const values = { word, wholeNumber, rate, collect, ownModules, outFile, json, outResult }
  addAfterFitCommands(glmm, values)
  addStudyCommands(glmm, values)

  for (const command of glmm.commands) {
    command.helpOption('-h, --help', 'print this help').exitOverride().configureOutput(output)
  }
  return glmm
}
