/** Values that stand where others should. */
const strange = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e9,
  1e308,
  -1e308,
  2 ** 53,
  '',
  'x',
  'constructor',
  '__proto__',
  '\u001b[31m',
  '\u202e',
  'x'.repeat(1000),
  [],
  [null],
  [[]],
  {},
  { x: 1 },
  { length: 5 },
]

/** All places of a JSON value, as paths. */
function places(value, path = [], found = []) {
  if (typeof value !== 'object' || value === null) return found
  for (const key of Object.keys(value)) {
    found.push([...path, key])
    places(value[key], [...path, key], found)
  }
  return found
}

/** A JSON value with one to three of its parts exchanged, removed, doubled or moved. */
export function mutated(value, random) {
  let changed = value
  for (let i = 1 + random.below(3); i > 0; i--) changed = once(changed, random)
  return changed
}

function once(value, random) {
  // A place near the root as often as one in a long list.
  const all = places(value)
  if (all.length === 0) return random.pick(strange)
  const shallow = all.filter(({ length }) => length <= 2)
  const path = random() < 0.5 && shallow.length > 0 ? random.pick(shallow) : random.pick(all)
  const parent = path.slice(0, -1).reduce((at, key) => at[key], value)
  const key = path.at(-1)
  switch (random.below(7)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1)
      else delete parent[key]
      break
    case 1: {
      const other = random.pick(all)
      parent[key] = structuredClone(other.reduce((at, name) => at?.[name], value))
      break
    }
    case 2:
      if (Array.isArray(parent)) parent.push(structuredClone(parent[key]))
      else parent[`${key}2`] = parent[key]
      break
    case 3:
      if (Array.isArray(parent[key])) parent[key] = parent[key].slice(0, random.below(parent[key].length + 1))
      else parent[key] = [parent[key]]
      break
    case 4:
      parent[key] = typeof parent[key] === 'number' ? String(parent[key]) : random.pick(strange)
      break
    default:
      parent[key] = random.pick(strange)
  }
  return value
}

/** A text changed in one to four places: characters, pieces of it, or pieces of `bits`. */
export function mutatedText(text, random, bits) {
  let changed = text
  for (let i = 1 + random.below(4); i > 0; i--) {
    const at = random.below(changed.length + 1)
    const end = Math.min(changed.length, at + random.below(12))
    const piece = [
      () => random.pick(bits),
      () => '',
      () => random.pick(bits).repeat(1 + random.below(50)),
      () => String.fromCharCode(random.below(random() < 0.7 ? 128 : 65536)),
      () => changed.slice(random.below(changed.length + 1)).slice(0, 40),
    ]
    const insert = random() < 0.5
    changed = changed.slice(0, at) + random.pick(piece)() + changed.slice(insert ? at : end)
  }
  return changed
}
