/**
 * Lets asynchronous work happen one piece after another, in the order of asking. Who aborts while still waiting is
 * rejected at once with the signal's reason; work that has begun sees to its signal itself.
 */
export function turns(): <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T> {
  let last: Promise<void> = Promise.resolve()

  return (signal, work) =>
    new Promise((resolve, reject) => {
      const leave = () => reject(signal.reason)
      if (signal.aborted) return leave()
      signal.addEventListener('abort', leave, { once: true })
      last = last.then(async () => {
        signal.removeEventListener('abort', leave)
        if (!signal.aborted) await work().then(resolve, reject)
      })
    })
}
