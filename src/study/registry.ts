import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'
import { bootstrap } from './bootstrap/bootstrap.js'
import { calibration } from './calibration/calibration.js'
import { sensitivity } from './sensitivity/sensitivity.js'
import { simulation } from './simulation/simulation.js'
import type { StudyKind } from './spec/study-kind.js'
import type { StudySpec } from './spec/study-spec.js'

/** Every kind of study. */
export const studyKinds: readonly StudyKind[] = [bootstrap, simulation, sensitivity, calibration]

export function studyKindNamed(name: string): StudyKind<StudySpec> {
  const kind = studyKinds.find((candidate) => candidate.name === name)
  if (kind) return kind as StudyKind<StudySpec>
  const known = studyKinds.map((candidate) => candidate.name)
  const near = nearestName(name, known)
  const hint = near === null ? 'choose one of these' : `did you mean ${near}?`
  throw new GlmmError(
    'USAGE',
    `/kind: expected a kind of study (${known.join(', ')}), got ${JSON.stringify(name)}`,
    hint,
  )
}
