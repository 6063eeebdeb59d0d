import type { ChainProgress } from '../../samplers/run/sample.js'

export interface ProgressLine {
  readonly show: (progress: ChainProgress) => void
  readonly end: () => void
}

const silent: ProgressLine = { show: () => {}, end: () => {} }

/** A live line of iterations done, divergences and rate; silent where `stream` is no terminal. */
export async function progressLine(stream: NodeJS.WriteStream): Promise<ProgressLine> {
  if (!stream.isTTY) return silent
  const { default: progress } = await import('cli-progress')
  const bar = new progress.SingleBar({
    stream,
    format: '{bar} {value}/{total} iterations | {finished}/{chains} chains | {divergences} divergences | {rate}/s',
    clearOnComplete: true,
    hideCursor: true,
    // The text beside the bar takes up to 70 columns.
    barsize: Math.max(1, Math.min(20, (stream.columns || 80) - 70)),
  })
  const began = performance.now()
  let started = false
  let ended = false
  return {
    show: ({ chains, total }) => {
      if (ended) return
      const done = chains.reduce((sum, { iteration }) => sum + iteration, 0)
      const reported = {
        chains: chains.length,
        finished: chains.filter(({ iteration }) => iteration === total).length,
        divergences: chains.reduce((sum, chain) => sum + chain.divergences, 0),
        rate: Math.round((1000 * done) / Math.max(1, performance.now() - began)),
      }
      if (!started) bar.start(total * chains.length, done, reported)
      started = true
      bar.update(done, reported)
    },
    end: () => {
      if (started && !ended) bar.stop()
      ended = true
    },
  }
}
