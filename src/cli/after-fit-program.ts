import type { Command } from 'commander'
import type { EffectsFlags, InfluenceFlags, MeansFlags, TestFlags } from './after-fit-command.js'
import type { OptionValues } from './option-values.js'
import { readOptions } from './read-flags.js'

const needed = 'document that glmm fit wrote with --out FIT.json'

/** Adds the commands that ask something of a fit. */
export function addAfterFitCommands(glmm: Command, values: OptionValues): void {
  const { word, wholeNumber, rate, collect, ownModules, outFile, json, outResult } = values
  const common = (command: Command, csv: boolean): Command =>
    readOptions(
      command.option(
        '--data <file>',
        'the data of the fit, where they are no longer where its call says',
        word('--data'),
      ),
      values,
    )
      .option(...json)
      .option(...ownModules)
      .option('--out <file>', csv ? `${outResult}; .csv a line each` : outResult, outFile)
  const level = (command: Command): Command =>
    command.option('--level <level>', 'probability that limits cover with (default 0.95)', rate('--level'))

  level(
    common(
      glmm
        .command('means')
        .argument('<fit>', needed)
        .argument('<means>', 'of what: "~ treat", "~ treat | time", "pairwise ~ treat"'),
      true,
    ),
  )
    .description('estimated marginal means of a fit, over the random effects, and contrasts')
    .option('--at <values>', 'values of variables: "time=0,6,12; dose=0:10:2"', word('--at'))
    .option('--by <variables>', 'within the values of which contrasts are made, as after |', word('--by'))
    .option(
      '--cov.reduce <how>',
      'numeric variables not named: mean (default), median, range, all',
      word('--cov.reduce'),
    )
    .option('--weights <kind>', 'of the cells that a mean is over: equal (default), proportional', word('--weights'))
    .option(
      '--average <kind>',
      'population: over the random effects (default but for identity links); zero; modes',
      word('--average'),
    )
    .option('--scale <scale>', 'response (default) or link', word('--scale'))
    .option(
      '--component <name>',
      'response (default), conditional, zero (probability of), zi, dispersion',
      word('--component'),
    )
    .option(
      '--contrasts <kind>',
      'pairwise, revpairwise, trt.vs.ctrl, eff, poly, consec, or weights: "A=1,-1,0; B=..."',
      word('--contrasts'),
    )
    .option('--adjust <method>', 'tukey, sidak, holm, bonferroni, dunnett, mvt, fdr, none', word('--adjust'))
    .addHelpText('after', '\nExample:\n  glmm means fit.json "pairwise ~ treat"')
    .action(
      async (
        path: string,
        spec: string,
        { 'cov.reduce': covReduce, ...flags }: MeansFlags & { 'cov.reduce'?: MeansFlags['covReduce'] },
      ) => (await import('./after-fit-command.js')).meansCommand(path, spec, { ...flags, covReduce }),
    )

  level(common(glmm.command('effects').argument('<fit>', needed), true))
    .description('average effects of variables on the mean of the response, over the random effects')
    .option('--variables <names>', 'whose effects (default: all of the model)', word('--variables'))
    .option('--kind <kind>', 'difference (default), ratio, lnor (log odds ratio), slope', word('--kind'))
    .option('--by <variables>', 'by whose values effects are told apart', word('--by'))
    .option('--newdata <what>', 'averaged over: sample (default), grid, or a table of rows', word('--newdata'))
    .option('--at <values>', 'values of the grid, or from and to of a variable: "dose=0,10"', word('--at'))
    .option('--average <kind>', 'population (default): over the random effects; zero', word('--average'))
    .option(
      '--component <name>',
      'response (default), conditional, zero (probability of), zi, dispersion',
      word('--component'),
    )
    .addHelpText('after', '\nExample:\n  glmm effects fit.json --variables treat')
    .action(async (path: string, flags: EffectsFlags) =>
      (await import('./after-fit-command.js')).effectsCommand(path, flags),
    )

  level(common(glmm.command('test').argument('<fit>', needed), false))
    .description('tests of terms, a line each, and of linear hypotheses')
    .option('--type <type>', '3 (default) or 2', wholeNumber('--type'))
    .option('--lrt', 'likelihood-ratio tests too, of random terms as well: fits without each')
    .option('--hypothesis <equation>', 'such as "treatB - treatA = 0"; repeat for several', collect)
    .addHelpText('after', '\nExample:\n  glmm test fit.json --lrt')
    .action(async (path: string, flags: TestFlags) => (await import('./after-fit-command.js')).testCommand(path, flags))

  common(glmm.command('influence').argument('<fit>', needed), true)
    .description('what each cluster does to a fit: fits without each, exactly')
    .option('--cluster <name>', 'a factor or column, or rows (default: the outermost factor)', word('--cluster'))
    .addHelpText('after', '\nExample:\n  glmm influence fit.json --out influence.csv')
    .action(async (path: string, flags: InfluenceFlags) =>
      (await import('./after-fit-command.js')).influenceCommand(path, flags),
    )
}
