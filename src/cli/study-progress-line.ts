import type { StudyProgress } from '../study/run/run-study.js'

export interface StudyProgressLine {
  readonly show: (progress: StudyProgress) => void
  readonly end: () => void
}

const silent: StudyProgressLine = { show: () => {}, end: () => {} }

/** The text of the line beside its bar, `seconds` after the start: rows that were in the log already have taken no time. */
export function studyProgressText({ done, failed, total, resumed, workers }: StudyProgress, seconds: number): string {
  const rate = (done - resumed) / Math.max(1e-3, seconds)
  const reported = [
    `${done}/${total} rows`,
    `${failed} failed`,
    `${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`,
    `${rate > 0 ? durationText((total - done) / rate) : '?'} left`,
    workers.map((rows, i) => `w${i + 1} ${rows}`).join(' '),
  ]
  return reported.join(' | ')
}

/** A live line of rows done and failed, rate, time left, and each worker's rows; silent where `stream` is no terminal. */
export async function studyProgressLine(stream: NodeJS.WriteStream): Promise<StudyProgressLine> {
  if (!stream.isTTY) return silent
  const { default: progress } = await import('cli-progress')
  const bar = new progress.SingleBar({
    stream,
    format: '{bar} {reported}',
    clearOnComplete: true,
    hideCursor: true,
    barsize: Math.max(1, Math.min(20, (stream.columns || 80) - 70)),
  })
  const began = performance.now()
  let started = false
  return {
    show: (state) => {
      const reported = { reported: studyProgressText(state, (performance.now() - began) / 1000) }
      if (!started) bar.start(state.total, state.done, reported)
      started = true
      bar.update(state.done, reported)
    },
    end: () => {
      if (started) bar.stop()
      started = false
    },
  }
}

function durationText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`
}
