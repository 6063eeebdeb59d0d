import { GlmmError } from '../errors.js'
import { caretLines } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import type { RandomPart } from '../formula/random-parts.js'
import type { Levels } from './level-names.js'
import type { CompleteFrame } from './complete-frame.js'
import { designMatrix } from './design-matrix.js'
import { crossedLevels, usedLevels } from './factor-levels.js'
import type { RandomTerm } from './model.js'
import { checkStructuredColumns, checkTermSize } from './structured-columns.js'

/** A random term in the rows of the frame. `made` holds the groups of earlier terms, so that terms share them. */
export function randomTerm(part: RandomPart, complete: CompleteFrame, made: Map<string, Levels>): RandomTerm {
  let groups = made.get(part.group)
  if (groups === undefined) {
    groups = usedLevels(complete.groups.get(nodeText(part.factors[0]))!)
    for (const factor of part.factors.slice(1))
      groups = crossedLevels(groups, usedLevels(complete.groups.get(nodeText(factor))!))
    made.set(part.group, groups)
  }
  if (groups.levels.length < 2)
    throw new GlmmError(
      'COLUMN',
      `at least two groups were expected in ${part.group}, got only ${JSON.stringify(groups.levels[0])}`,
      'a variance between groups needs several of them; leave that random term out',
      caretLines(complete.frame.source, part.start),
    )
  const design = designMatrix(part.effects, complete)
  const { names, x } = design
  checkTermSize(part, names.length, complete)
  checkStructuredColumns(part, design, complete)
  return { group: part.group, levels: groups.levels, index: groups.codes, names, z: x, covariance: part.covariance }
}
