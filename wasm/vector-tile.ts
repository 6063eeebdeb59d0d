/**
 * Two products at once, by the vector instructions of WebAssembly, for which JavaScript has no words. AssemblyScript;
 * `npm run wasm` compiles it into src/numerics/vector-tile-bytes.ts. All addresses and strides are in bytes.
 */

/**
 * The sums over columns of the products of 2 rows of a (strideA apart) with 4 rows of b (strideB apart): 8 numbers, row
 * after row, to `out`. The columns are a whole number of fours; `end` is where the first row of a ends.
 */
export function products(a: usize, strideA: usize, b: usize, strideB: usize, end: usize, out: usize): void {
  let a0 = a
  let a1 = a0 + strideA
  let b0 = b
  let b1 = b0 + strideB
  let b2 = b1 + strideB
  let b3 = b2 + strideB
  let s00 = f64x2.splat(0)
  let s01 = f64x2.splat(0)
  let s02 = f64x2.splat(0)
  let s03 = f64x2.splat(0)
  let s10 = f64x2.splat(0)
  let s11 = f64x2.splat(0)
  let s12 = f64x2.splat(0)
  let s13 = f64x2.splat(0)
  while (a0 < end) {
    let x0 = v128.load(a0)
    let x1 = v128.load(a1)
    let y = v128.load(b0)
    s00 = f64x2.add(s00, f64x2.mul(x0, y))
    s10 = f64x2.add(s10, f64x2.mul(x1, y))
    y = v128.load(b1)
    s01 = f64x2.add(s01, f64x2.mul(x0, y))
    s11 = f64x2.add(s11, f64x2.mul(x1, y))
    y = v128.load(b2)
    s02 = f64x2.add(s02, f64x2.mul(x0, y))
    s12 = f64x2.add(s12, f64x2.mul(x1, y))
    y = v128.load(b3)
    s03 = f64x2.add(s03, f64x2.mul(x0, y))
    s13 = f64x2.add(s13, f64x2.mul(x1, y))

    x0 = v128.load(a0, 16)
    x1 = v128.load(a1, 16)
    y = v128.load(b0, 16)
    s00 = f64x2.add(s00, f64x2.mul(x0, y))
    s10 = f64x2.add(s10, f64x2.mul(x1, y))
    y = v128.load(b1, 16)
    s01 = f64x2.add(s01, f64x2.mul(x0, y))
    s11 = f64x2.add(s11, f64x2.mul(x1, y))
    y = v128.load(b2, 16)
    s02 = f64x2.add(s02, f64x2.mul(x0, y))
    s12 = f64x2.add(s12, f64x2.mul(x1, y))
    y = v128.load(b3, 16)
    s03 = f64x2.add(s03, f64x2.mul(x0, y))
    s13 = f64x2.add(s13, f64x2.mul(x1, y))

    a0 += 32
    a1 += 32
    b0 += 32
    b1 += 32
    b2 += 32
    b3 += 32
  }
  f64.store(out, sum(s00), 0)
  f64.store(out, sum(s01), 8)
  f64.store(out, sum(s02), 16)
  f64.store(out, sum(s03), 24)
  f64.store(out, sum(s10), 32)
  f64.store(out, sum(s11), 40)
  f64.store(out, sum(s12), 48)
  f64.store(out, sum(s13), 56)
}

function sum(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)
}
