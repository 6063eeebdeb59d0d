import type { StudyProgress } from '../study/run-study.js'

export interface StudyProgressLine {
  readonly show: (progress: StudyProgress) => void
  readonly end: () => void
}

const silent: StudyProgressLine = { show: () => {}, end: () => {} }

/** A live line of rows done and failed, rate, time left, and each worker's rows; silent where `stream` is no terminal. */
export async function studyProgressLine(stream: NodeJS.WriteStream): Promise<StudyProgressLine> {
  if (!stream.isTTY) return silent
  const { default: progress } = await import('cli-progress')
  const bar = new progress.SingleBar({
    stream,
    format: '{bar} {value}/{total} rows | {failed} failed | {rate}/s | {left} left | {workers}',
    clearOnComplete: true,
    hideCursor: true,
    barsize: Math.max(1, Math.min(20, (stream.columns || 80) - 70)),
  })
  const began = performance.now()
  let started = false
  return {
    show: ({ done, failed, total, resumed, workers }) => {
      const seconds = Math.max(1e-3, (performance.now() - began) / 1000)
      const rate = (done - resumed) / seconds
      const told = {
        failed,
        rate: rate < 10 ? rate.toFixed(1) : Math.round(rate),
        left: rate > 0 ? durationText((total - done) / rate) : '?',
        workers: workers.map((rows, i) => `w${i + 1} ${rows}`).join(' '),
      }
      if (!started) bar.start(total, done, told)
      started = true
      bar.update(done, told)
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
