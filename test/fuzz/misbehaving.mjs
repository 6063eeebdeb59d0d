import { GlmmError } from '../../dist/src/index.js'

/** A number from 0 to 6, by the stream. */
export const make = (random) => random.below(7)

const held = []

export async function attempt(way) {
  const began = process.cpuUsage()
  const used = () => {
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1e6
  }
  if (way === 0) throw new GlmmError('TABLE', 'a table was expected, got none', 'give one')
  if (way === 1) throw new TypeError('x is not a function')
  if (way === 2) for (;;);
  if (way === 3) process.exit(3)
  if (way === 4) for (let i = 0; i < 45; i++) held.push(new Uint8Array(10 * 2 ** 20).fill(1))
  if (way === 5) while (used() < 0.8);
}
