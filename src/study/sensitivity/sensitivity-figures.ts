import { type TornadoBar, tornadoSvg } from '../../plot/tornado-svg.js'
import { tornadoText } from '../../plot/tornado-text.js'
import type { Measure } from '../spec/study-plan.js'
import type { StudyFigure } from '../spec/study-kind.js'
import type { StudyRecord } from '../spec/study-record.js'

/** A tornado for each parameter of the fits, and of the posteriors: what each thing that varies moves it by. */
export function sensitivityFigures({ measures, conditions }: StudyRecord): StudyFigure[] {
  const parameters = [
    ...new Set(measures.filter(({ shift }) => typeof shift === 'number').map(({ parameter }) => parameter)),
  ]
  return parameters.flatMap((parameter): StudyFigure[] => {
    const own = measures.filter((one) => one.parameter === parameter && typeof one.shift === 'number')
    const groups = new Map<string, Measure[]>()
    for (const one of own) {
      const axis = String(conditions[one.condition].vary)
      if (!axis.startsWith('base')) groups.set(axis, [...(groups.get(axis) ?? []), one])
    }
    const bars = [...groups].map(([label, of]) => barOf(label, of))
    if (bars.length === 0) return []
    const title = `What moves ${parameter}, in standard errors of the base`
    return [
      {
        caption: title,
        text: (width) => tornadoText(bars, width),
        svg: () => tornadoSvg(bars, { title }),
      },
    ]
  })
}

function barOf(label: string, of: readonly Measure[]): TornadoBar {
  const at = (one: Measure): number => Number(one.shift)
  const least = of.reduce((a, b) => (at(b) < at(a) ? b : a))
  const most = of.reduce((a, b) => (at(b) > at(a) ? b : a))
  return { label, low: at(least), high: at(most), lowAt: String(least.setting), highAt: String(most.setting) }
}
